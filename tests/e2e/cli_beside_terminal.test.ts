/**
 * A command beside the server, or an app behind it, on a terminal: it has the keyboard, the screen and Ctrl+C.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { temporaryFolder } from "../support/launch.ts";
import { CTRL_C, hasPython, onTerminal } from "../support/on_terminal.ts";
import { inTime } from "../support/wait.ts";

const ignore = !hasPython || Deno.build.os === "windows";

Deno.test({
  name: "on a terminal a command reads what is typed, writes to it itself, and gets Ctrl+C, once",
  ignore,
  fn: async () => {
    await using folder = await temporaryFolder();
    const script = `[ -t 0 ] && [ -t 1 ] && [ -t 2 ] && echo 'a terminal'
      trap 'count=$((count + 1)); echo "interrupted $count"' INT
      read -r line; echo "read $line"; while [ -z "$count" ]; do sleep 0.05; done; sleep 0.2; exit $((count + 3))`;
    await using shown = onTerminal(["--port", "0", ".", "--", "sh", "-c", script], { cwd: folder.path });
    await shown.shows(/a terminal\n/);
    await shown.type("hello\n");
    await shown.shows(/read hello\n/);
    await shown.type(CTRL_C);
    await shown.shows(/interrupted 1\n/);
    assertEquals(await inTime(shown.status, "it ends"), 4);
    assert(!shown.shown.includes("stopped") && !shown.shown.includes("Ctrl+C stops it"), shown.shown);
  },
});

Deno.test({
  name: "on a terminal an app's start shows its command and its name; its colours are its own",
  ignore,
  fn: async () => {
    await using folder = await temporaryFolder();
    const script =
      `printf "\\033[32mgreen $FORCE_COLOR\\033[0m\\n"; trap 'exit 7' INT; while :; do sleep 0.05; done`;
    const args = ["app", "--port", "0", "--name", "shop", "--", "sh", "-c", script];
    await using shown = onTerminal(args, { cwd: folder.path });
    await shown.shows(/green 1\n/);
    assertStringIncludes(shown.raw, "\x1b[32mgreen 1\x1b[0m");
    const [, port] = await shown.shows(/ {2}local {4}http:\/\/127\.0\.0\.1:(\d+)\/\n/);
    assertStringIncludes(shown.shown, `http://shop.localhost:${port}/\n`);
    await shown.shows(/\n {2}app {6}sh -c printf /);
    await shown.type(CTRL_C);
    assertEquals(await inTime(shown.status, "it ends"), 0);
    assertStringIncludes(shown.shown, "stopped");
  },
});

/**
 * `webserv ... -- COMMAND`: a command beside the server, from its start to both their ends (design/8-backends.md).
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { launch, type Launched, temporaryFolder } from "../support/launch.ts";
import { isFile, writeFiles } from "../support/server.ts";
import { inTime, pause, waitUntil } from "../support/wait.ts";
import { assertGone, isAlive } from "./cgi_support.ts";

const ignore = Deno.build.os === "windows";

/** A server on a folder with a page, and a shell with a script beside it. */
function beside(folder: string, script: string, options: readonly string[] = []): Launched {
  return launch(["--port", "0", ...options, ".", "--", "sh", "-c", script], { cwd: folder });
}

/** Process ids that a script has written into a file, as soon as there are so many. */
async function pids(path: string, count: number): Promise<number[]> {
  const read = () => isFile(path) ? Deno.readTextFileSync(path).trim().split("\n").map(Number) : [];
  await waitUntil(() => read().length === count && read().every((pid) => pid > 0), `${path} has ${count}`);
  return read();
}

Deno.test({
  name: "a command beside the server asks it, its output is its own, and its exit status is the server's",
  ignore,
  fn: async () => {
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, { "page.txt": "hello\n" });
    const script = "curl -s ${WEBSERV_URL}page.txt; curl -s http://localhost:${WEBSERV_URL##*:}page.txt;" +
      "printf '\\0\\33[1m\\377'; echo fault >&2; cat; exit 7";
    await using server = beside(folder.path, script);
    assertEquals(await inTime(server.status, "it ends"), 7);
    const { stdout, stderr } = server.output();
    assertEquals(stdout, "hello\nhello\n\0\x1b[1m\ufffd");
    assertMatch(stderr, /^listening on http:\/\/127\.0\.0\.1:\d+\/\nfault\n$/);
  },
});

/** What is beside the server, the exit status of both, and what is said of it. */
const ENDS: readonly (readonly [words: readonly string[], status: number, said: RegExp])[] = [
  [["true"], 0, /^listening on \S+\n$/],
  [["sh", "-c", "kill -TERM $$"], 143, /^listening on \S+\n$/],
  [["sh", "-c", "kill -KILL $$"], 137, /^listening on \S+\n$/],
  [["no-such-command"], 127, /\nwebserv: no-such-command was not found: it is not installed, or not in a/],
  [["./missing"], 127, /\nwebserv: \.\/missing was not found: check its path\n$/],
  [["./page.txt"], 126, /\nwebserv: \.\/page\.txt cannot be run: it is no program/],
];

Deno.test({
  name:
    "the exit status is the command's, 128 and its number for a signal, and a shell's where it cannot be run",
  ignore,
  fn: async () => {
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, { "page.txt": "hello\n" });
    await Promise.all(ENDS.map(async ([words, status, said]) => {
      await using server = launch(["--port", "0", ".", "--", ...words], { cwd: folder.path });
      assertEquals(await inTime(server.status, `${words} ends`), status, words.join(" "));
      assertMatch(server.output().stderr, said);
      assertEquals(server.output().stdout, "");
    }));
  },
});

Deno.test({
  name: "no command is started where the server cannot be",
  ignore,
  fn: async () => {
    await using folder = await temporaryFolder();
    const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const port = `${(taken.addr as Deno.NetAddr).port}`;
    await using server = launch(["--port", port, ".", "--", "touch", "started"], { cwd: folder.path });
    assertEquals(await inTime(server.status, "it ends"), 1);
    assertMatch(server.output().stderr, /^webserv: port \d+ is taken/);
    assert(!isFile(`${folder.path}/started`));
    taken.close();
  },
});

Deno.test({
  name: "a signal is passed on to all of the command's group, and the server goes on until it has ended",
  ignore,
  fn: async () => {
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, { "page.txt": "hello\n" });
    const script = `(trap 'echo child' INT TERM HUP QUIT; echo ready; while :; do sleep 0.05; done) &
      trap 'echo got; curl -s \${WEBSERV_URL}page.txt; exit 5' INT TERM HUP QUIT
      while :; do sleep 0.05; done`;
    await Promise.all((["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const).map(async (signal) => {
      await using server = beside(folder.path, script);
      await waitUntil(() => server.output().stdout === "ready\n", "it runs");
      server.kill(signal);
      assertEquals(await inTime(server.status, `${signal} has ended it`), 5);
      const lines = server.output().stdout.split("\n").sort();
      // A shell has what it starts in the background ignore those of the keyboard.
      const child = ["SIGINT", "SIGQUIT"].includes(signal) ? [] : ["child"];
      assertEquals(lines, ["", ...child, "got", "hello", "ready"], signal);
    }));
  },
});

/** A command that hears nothing, with one child in its group, one in a session of its own, and their ids. */
const DEAF = `trap '' INT TERM HUP
  sleep 1000 & echo $! > pids; setsid sleep 1000 > /dev/null 2>&1 & echo $! >> pids; echo $$ >> pids; wait; sleep 1000`;

Deno.test({
  name: "a second signal to stop ends a command that does not heed it, and everything that it has started",
  ignore,
  fn: async () => {
    await using folder = await temporaryFolder();
    await using server = beside(folder.path, DEAF);
    const all = await pids(`${folder.path}/pids`, 3);
    server.kill("SIGTERM");
    // At once, as of a terminal and of npm: that is one signal.
    server.kill("SIGINT");
    await pause(400);
    assert(all.every(isAlive));
    server.kill("SIGINT");
    assertEquals(await inTime(server.status, "it ends"), 137);
    await assertGone(all);
  },
});

Deno.test({
  name: "a command that does not end within timeouts.shutdown after a signal is killed",
  ignore,
  fn: async () => {
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, {
      "webserv.yaml": `timeouts: { shutdown: 200ms }\nservers: [{ listen: "127.0.0.1:0", root: . }]`,
    });
    await using server = launch(["--", "sh", "-c", DEAF], { cwd: folder.path });
    const all = await pids(`${folder.path}/pids`, 3);
    server.kill("SIGTERM");
    assertEquals(await inTime(server.status, "it ends"), 137);
    await assertGone(all);
  },
});

Deno.test({
  name: "what a command leaves in its group ends with it; what has a session of its own goes on",
  ignore,
  fn: async () => {
    await using folder = await temporaryFolder();
    const script = `setsid sleep 1000 > /dev/null 2>&1 & echo $! > daemon
      (trap '' TERM; sleep 1000 & echo $! > pids; wait) & echo $! >> rest
      until [ -s pids ]; do sleep 0.01; done; sleep 0.05; exit 3`;
    await using server = beside(folder.path, script);
    assertEquals(await inTime(server.status, "it ends"), 3);
    await assertGone([...await pids(`${folder.path}/pids`, 1), ...await pids(`${folder.path}/rest`, 1)]);
    const [daemon] = await pids(`${folder.path}/daemon`, 1);
    assert(isAlive(daemon!));
    Deno.kill(daemon!, "SIGKILL");
  },
});

Deno.test({
  name: "nothing is left of a command whose server was killed, or which was killed itself",
  ignore: ignore || Deno.build.os !== "linux",
  fn: async () => {
    await Promise.all(["server", "command"].map(async (killed) => {
      await using folder = await temporaryFolder();
      await using server = beside(folder.path, DEAF);
      const [child, daemon, command] = await pids(`${folder.path}/pids`, 3);
      if (killed === "server") server.kill("SIGKILL");
      else Deno.kill(command!, "SIGKILL");
      await inTime(server.status, "it ends");
      await assertGone([child!, command!, daemon!]);
    }));
  },
});

Deno.test({
  name: "beside a command there is no access log, unless somebody asks for it",
  ignore,
  fn: async () => {
    await using folder = await temporaryFolder();
    const servers = `servers: [{ listen: "127.0.0.1:0", root: . }]`;
    await writeFiles(folder.path, {
      "page.txt": "x",
      "plain.yaml": servers,
      "named.yaml": `access_log: stdout\n${servers}`,
    });
    const cases: readonly (readonly [options: readonly string[], isLogged: boolean])[] = [
      [["--port", "0", "."], false],
      [["--port", "0", ".", "--log-format", "json"], true],
      [["-c", "plain.yaml"], false],
      [["-c", "plain.yaml", "--log-format", "common"], true],
      [["-c", "named.yaml"], true],
      [["-c", "named.yaml", "-q"], false],
    ];
    await Promise.all(cases.map(async ([options, isLogged]) => {
      const words = ["sh", "-c", "curl -so /dev/null ${WEBSERV_URL}page.txt"];
      await using server = launch([...options, "--", ...words], { cwd: folder.path });
      assertEquals(await inTime(server.status, "it ends"), 0);
      assertEquals(server.output().stdout.includes("/page.txt"), isLogged, options.join(" "));
    }));
  },
});

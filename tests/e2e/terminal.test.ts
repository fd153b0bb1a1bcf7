/**
 * What a person at a terminal sees: the start, the access log, the end.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { columnsOf } from "../../lib/bytes/columns.ts";
import { get } from "../support/ask.ts";
import { launch, temporaryFolder } from "../support/launch.ts";
import { runProgram, writeFiles } from "../support/server.ts";
import { CTRL_C, hasPython, onTerminal } from "../support/on_terminal.ts";
import { waitUntil } from "../support/wait.ts";
import { WireClient } from "../support/wire.ts";

const MAIN = fromFileUrl(new URL("../../main.ts", import.meta.url));

/** Terminals are made with python3, and Windows has other ones. */
const ignore = !hasPython || Deno.build.os === "windows";

const test = (name: string, fn: () => Promise<void>) =>
  Deno.test({ name: `on a terminal ${name}`, ignore, fn });

test("a start shows what is served, where it can be opened, and how it is stopped", async () => {
  await using folder = await temporaryFolder();
  await writeFiles(folder.path, { "cgi-bin": null });
  await using shown = onTerminal(["-p", "0", "--cgi", folder.path], { columns: 160 });
  await shown.shows(/Ctrl\+C stops it\.\n/);
  const port = await shown.port();
  assertMatch(
    shown.shown,
    new RegExp(
      `^listening on http://127\\.0\\.0\\.1:${port}/\n\n  webserv \\d+\\.\\d+\\.\\d+\n\n` +
        `  folder   ${folder.path}\n  with     listing, programs\n  local    http://127\\.0\\.0\\.1:${port}/\n\n` +
        `  Ctrl\\+C stops it\\.\n\n$`,
    ),
  );
  await shown.type(CTRL_C);
  assertEquals(await shown.status, 0);
  assertMatch(shown.raw, /\rstopped\r\n$/);
});

Deno.test({
  name: "on a terminal a start says why the port is another than expected",
  // Other systems have one loopback address only, whose port 8080 may be anybody's.
  ignore: ignore || Deno.build.os !== "linux",
  async fn() {
    await using folder = await temporaryFolder();
    const [a, b] = crypto.getRandomValues(new Uint8Array(2));
    const hostname = `127.77.${a}.${1 + b! % 250}`;
    const taken = [8080, 8081].map((port) => {
      try {
        return Deno.listen({ hostname, port });
      } catch (error) {
        // Another program has it on all addresses.
        if (!(error instanceof Deno.errors.AddrInUse)) throw error;
        return undefined;
      }
    });
    await using shown = onTerminal(["--host", hostname, folder.path]);
    const [, port] = await shown.shows(/ {2}note {5}8080 is taken, so this is (\d+)\n/);
    assertEquals(Number(port), await shown.port());
    taken.forEach((listener) => listener?.close());
  },
});

test("a start on all addresses names those that can be opened, and what others may do there", async () => {
  await using folder = await temporaryFolder();
  await using shown = onTerminal(["-p", "0", "--upload", "--host", "0.0.0.0", folder.path], { columns: 60 });
  await shown.shows(/Ctrl\+C stops it\.\n/);
  const port = await shown.port();
  const [block] = /\n {2}webserv[^]*/.exec(shown.shown)!;
  assert(!block.includes("0.0.0.0"), block);
  assert(block.includes(`local    http://127.0.0.1:${port}/\n`), block);
  assert(
    block.includes(
      "warning  whoever reaches this machine may store and delete\n           files below /: there are no passwords\n",
    ),
    block,
  );
  // The lines for programs are what they are anywhere.
  assert(shown.shown.startsWith(`listening on http://0.0.0.0:${port}/\n`), shown.shown);
});

test("a configuration's names under localhost are links, and its warnings stand in the block", async () => {
  await using folder = await temporaryFolder();
  await writeFiles(folder.path, {
    "webserv.yaml": `servers:
  - { listen: "127.0.0.1:0", server_name: [app.localhost, "*.b.localhost", c.test], root: . }
  - { listen: "127.0.0.1:0", server_name: d.localhost, root: gone }
`,
  });
  await using shown = onTerminal([], { cwd: folder.path, columns: 200 });
  await shown.shows(/Ctrl\+C stops it\.\n/);
  const port = await shown.port();
  const [, local] = / {2}local {4}([^]*?)\n {2}\w/.exec(shown.shown)!;
  assertEquals(local!.split(/\n +/), [
    `http://127.0.0.1:${port}/`,
    `http://app.localhost:${port}/`,
    `http://d.localhost:${port}/`,
  ]);
  assert(shown.shown.includes(`  file     ${folder.path}/webserv.yaml\n`), shown.shown);
  assert(/ {2}warning {2}webserv\.yaml:3: .*\/gone" does not exist/.test(shown.shown), shown.shown);
});

test("a start names the sites that are folders, and each line has its site", async () => {
  await using folder = await temporaryFolder();
  await writeFiles(folder.path, { "shop/x": "", "blog/x": "", "Upper/x": "" });
  await using shown = onTerminal(["-p", "0", "--sites", folder.path], { columns: 160 });
  await shown.shows(/Ctrl\+C stops it\.\n/);
  const port = await shown.port();
  await get(port, "/x", `shop.localhost:${port}`);
  await shown.shows(/ 200 GET {2}\/x {2}0 B {2}[\d.]+ ms {2}shop\.localhost\n/);
  assert(
    shown.shown.includes(
      `  folder   ${folder.path}\n  with     a site for each folder, listing\n  local    http://127.0.0.1:${port}/\n` +
        `  sites    http://blog.localhost:${port}/\n           http://shop.localhost:${port}/\n`,
    ),
    shown.shown,
  );
});

test("a request is one line in colour, never longer than the terminal is wide", async () => {
  await using folder = await temporaryFolder();
  await writeFiles(folder.path, { "a.txt": "abc", "cgi-bin/bad.sh": "exit 1" });
  await using shown = onTerminal(["-p", "0", "--cgi", folder.path], { columns: 70 });
  const port = await shown.port();
  await get(port, "/a.txt");
  await shown.shows(/^\d\d:\d\d:\d\d 200 GET {2}\/a\.txt {2}3 B {2}[\d.]+ ms\n/m);
  assert(shown.raw.includes(" \x1b[32m200\x1b[0m \x1b[2mGET\x1b[0m  /a.txt\x1b[2m  3 B"), shown.raw);
  await get(port, "/a.txt?b=/c?d");
  await shown.shows(/ \/a\.txt\?b=\/c\?d {2}3 B/);
  assert(shown.raw.includes("  /a.txt\x1b[2m?b=/c?d  3 B"), shown.raw);
  for (const [target, colour] of [["/a.txt/", 33], ["/cgi-bin/bad.sh", 31], ["/cgi-bin", 36]] as const) {
    await get(port, target);
    await shown.shows(new RegExp(`GET {2}${target} `));
    assert(
      new RegExp(`\\x1b\\[${colour}m\\d\\d\\d\\x1b\\[0m \\S+ {2}${target}\\x1b`).test(shown.raw),
      shown.raw,
    );
  }
  await get(port, `/%1b[2J/${"%E6%97%A5".repeat(50)}`);
  const [long] = await shown.shows(/^.* 404 .*\[2J.*\n/m);
  assert(columnsOf(long.trim()) <= 70 && columnsOf(long.trim()) >= 69, long);
  await shown.resize(40);
  // The line after the program has heard of it.
  await waitUntil(async () => {
    await get(port, `/${"x".repeat(100)}`);
    return /^.{40}\n/m.test(shown.shown.split("404").slice(2).join("404"));
  }, () => `lines are narrower; there is: ${shown.shown}`);
  await get(port, "/none");
  await shown.shows(/404 GET {2}\/none .*\n/);
});

test("NO_COLOR is heeded, and log_format and --log-format are", async () => {
  await using folder = await temporaryFolder();
  const config = `log_format: common\nservers: [{ listen: "127.0.0.1:0", return: 200 hello }]\n`;
  await writeFiles(folder.path, { "webserv.yaml": config });
  const cases = [
    [["--log-format", "dev"], { NO_COLOR: "1" }, /^\d\d:\d\d:\d\d 200 GET {2}\/x {2}5 B/m],
    [[], {}, /^127\.0\.0\.1 - - \[.*\] "GET \/x HTTP\/1\.1" 200 5\n/m],
    [["--log-format=json"], {}, /^\{"time":.*"target":"\/x".*\}\n/m],
  ] as const;
  for (const [args, env, line] of cases) {
    await using shown = onTerminal(args, { cwd: folder.path, columns: 100, env });
    await get(await shown.port(), "/x");
    await shown.shows(line);
    const log = shown.raw.slice(shown.raw.indexOf("stops it."));
    assert(!log.includes("\x1b["), log);
  }
});

test("with NO_COLOR the start and the lines are as they are, without a colour", async () => {
  await using folder = await temporaryFolder();
  await using shown = onTerminal(["-p", "0", folder.path], { columns: 100, env: { NO_COLOR: "1" } });
  await get(await shown.port(), "/x?y");
  await shown.shows(/^\d\d:\d\d:\d\d 404 GET {2}\/x\?y {2}\d+ B/m);
  assert(!shown.raw.slice(shown.raw.indexOf("listening")).includes("\x1b"), shown.raw);
});

Deno.test("a pipe gets no block, and with --log-format dev the lines of a terminal without a colour", async () => {
  await using folder = await temporaryFolder();
  for (
    const [args, line] of [[[], /^127\.0\.0\.1 .* 404 /], [
      ["--log-format", "dev"],
      /^[\d:]{8} 404 GET {2}\/x\?y {2}/,
    ]] as const
  ) {
    await using server = launch(["-p", "0", ...args, folder.path], { env: { NO_COLOR: "" } });
    await get(await server.port(), "/x?y");
    await waitUntil(
      () => server.output().stdout.includes("\n"),
      () => `there is a line: ${server.output().stdout}`,
    );
    const { stdout, stderr } = server.output();
    assertMatch(stdout, line);
    assert(!(stdout + stderr).includes("\x1b"), stdout);
    assertMatch(stderr, /^listening on \S+\n$/);
  }
});

test("what goes to a file is the same as ever, and errors have the time on the wall", async () => {
  await using folder = await temporaryFolder();
  await writeFiles(folder.path, {
    "webserv.yaml": `access_log: access.log
servers: [{ listen: "127.0.0.1:0", root: ., cgi: { .sh: sh } }]
`,
    "bad.sh": "exit 1",
  });
  await using shown = onTerminal([], { cwd: folder.path, columns: 100 });
  const port = await shown.port();
  await get(port, "/bad.sh");
  await shown.shows(/^\d\d:\d\d:\d\d error \w+: GET \/bad\.sh: /m);
  const log = () => Deno.readTextFileSync(`${folder.path}/access.log`);
  await waitUntil(() => log() !== "", "there is a line in the log");
  assertMatch(log(), /^127\.0\.0\.1 - - \[.*\] "GET \/bad\.sh HTTP\/1\.1" 502 \d+ "-" "-"\n$/);
});

Deno.test({
  name: "on a terminal a start shows what may be looked at, and does without the rest",
  // An executable takes no permission flags.
  ignore: ignore || Deno.env.has("WEBSERV"),
  async fn() {
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, {
      "webserv.yaml": 'servers: [{ listen: "0.0.0.0:0", root: . }]\n',
      "a.txt": "abc",
    });
    const { stdout } = await runProgram(["permissions"], { cwd: folder.path });
    const flags = [...new Set([...stdout.trim().split(" "), "--no-prompt"])];
    assert(flags.includes("--allow-sys=networkInterfaces"), stdout);
    for (const isNarrow of [false, true]) {
      const given = flags.filter((flag) => !isNarrow || !flag.startsWith("--allow-sys"));
      await using shown = onTerminal([], {
        command: [Deno.execPath(), "run", "--no-lock", ...given, MAIN],
        cwd: folder.path,
        columns: 200,
      });
      await shown.shows(/Ctrl\+C stops it\.\n/);
      assertEquals(await get(await shown.port(), "/a.txt"), "200 abc");
      assertEquals(shown.shown.includes("--allow-sys=networkInterfaces names them"), isNarrow, shown.shown);
      assert(!shown.shown.includes("requests"), shown.shown);
    }
  },
});

test("Ctrl+C says what it waits for, and a second one ends it at once", async () => {
  await using folder = await temporaryFolder();
  await writeFiles(folder.path, {
    "cgi-bin/slow.sh": 'echo "Content-Type: text/plain"; echo; echo begun; sleep 300',
  });
  await using shown = onTerminal(["-p", "0", "--workers", "2", "--cgi", folder.path], { columns: 100 });
  const port = await shown.port();
  using idle = await WireClient.connect(port);
  await idle.get("/cgi-bin/none.sh");
  assertEquals((await idle.response())?.status, 404);
  const clients = await Promise.all([1, 2, 3].map(async () => {
    const client = await WireClient.connect(port);
    await client.send("GET /cgi-bin/slow.sh HTTP/1.0\r\nHost: localhost\r\n\r\n");
    await client.connection.read(new Uint8Array(8));
    return client;
  }));
  await shown.type(CTRL_C);
  await shown.shows(/3 requests are running: waiting up to 10 s \(Ctrl\+C again ends it now\)\n/);
  await shown.type(CTRL_C);
  assertEquals(await shown.status, 0);
  assertMatch(shown.raw, /\rstopped\r\n$/);
  clients.forEach((client) => client[Symbol.dispose]());
});

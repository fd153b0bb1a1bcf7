/**
 * Every way in which a program can fail, and that the server answers the next request after it.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ask } from "../support/ask.ts";
import { http1Test, test } from "../support/protocols.ts";
import { toText, WireClient } from "../support/wire.ts";
import { runProgram } from "../support/server.ts";
import { assertLives, assertLogged, cgiServer, PLAIN, sharedCgiServer } from "./cgi_support.ts";
import { assertShowsNoPath } from "./wire_support.ts";

const server = await sharedCgiServer({
  "fine.sh": `${PLAIN}echo fine\n`,
  "quiet.sh": "exit 0\n",
  "no-block.sh": "echo '<html>'\necho\n",
  "cut-block.sh": "echo 'Content-Type: text/plain'\nexit 3\n",
  "empty-line.sh": "echo\necho hello\n",
  "twice.sh": "printf 'Content-Type: a\\nContent-Type: b\\n\\n'\n",
  "bad-status.sh": "printf 'Status: fine\\n\\n'\n",
  "huge-head.sh": "printf 'X-Large: %0100000d\\n\\n' 1\n",
  "killed.sh": "kill -SEGV $$\n",
  "failing.cgi": "#!/bin/sh\nexit 7\n",
  "no-shebang.cgi": "#!/nowhere/interpreter\n",
  "windows.cgi": "#!/bin/sh\r\necho\r\n",
  "env.cgi": "#!/usr/bin/env sh\r\necho\r\n",
  "no-env.cgi": "#!/usr/bin/env no-such-interpreter\n",
  "no-fields.sh": "echo 'Hello, world'\n",
  "no-format.cgi": "\x7fELF, or not\n",
  "other.none": "echo\n",
  "forbidden.cgi": `#!/bin/sh\n${PLAIN}`,
  "readable.sh": `${PLAIN}echo fine\n`,
  "stalled.sh": `cat > /dev/null\n${PLAIN}`,
  "nph-quiet.sh": "exit 0\n",
}, {
  files: {
    "cgi-bin/folder.sh": null,
    "script.sh": "#!/bin/sh\n",
    "none.cgi": "#!/nowhere/interpreter\n",
    "windows.cgi": "#!/bin/sh\r\n",
  },
  top: "timeouts: { body: 400ms }",
  server: "client_max_body_size: 400k",
  location: "cgi: { .sh: sh, .cgi: true, .none: no-such-interpreter }",
  locations: `/gone/: { cgi_script: gone.sh }
      /none/: { cgi_script: none.cgi }
      /windows/: { cgi_script: windows.cgi }
      /dull/: { cgi_script: script.sh }
      /folder/: { cgi_script: cgi-bin }`,
});
for (const name of ["forbidden.cgi", "readable.sh"]) {
  await Deno.chmod(`${server.folder}/cgi-bin/${name}`, 0o644);
}

for (const name of ["none.cgi", "windows.cgi"]) await Deno.chmod(`${server.folder}/${name}`, 0o755);

test("what is not installed is said on the page, and no line of a launcher is in the log", async () => {
  for (
    const [name, advice] of [
      ["other.none", "no-such-interpreter is not installed."],
      ["no-shebang.cgi", "The program that it is to be run by, interpreter, is not installed."],
    ] as const
  ) {
    const { status, text } = await ask(server.port, `/cgi-bin/${name}`);
    assertEquals(status, 502);
    assertStringIncludes(text, advice);
  }
  assertEquals(/setsid/.test(server.output().stderr), false);
});

test("an interpreter that is not installed: check, start, page and log say so, in spite of an error_page", async () => {
  const pattern = new RegExp(
    String.raw`webserv\.yaml:\d+: servers\[0\]\.locations\["/cgi-bin/"\]\.cgi\["\.php"\]: ` +
      "no-such-php is not installed, or not in a folder of PATH: requests for such programs get 502",
  );
  await using demo = await cgiServer({ "a.php": "<?php" }, {
    files: { "www/50x.html": "Wait for the tide" },
    server: "error_page: { 5xx: /50x.html }",
    location: "cgi: { .php: no-such-php, .sh: sh }",
  });
  assertMatch(demo.output().stderr, pattern);
  const { code, stderr } = await runProgram(["check", "-c", `${demo.folder}/webserv.yaml`]);
  assertEquals([code, stderr.match(/is not installed/g)?.length], [0, 1]);
  assertMatch(stderr, pattern);
  const local = await ask(demo.port, "/cgi-bin/a.php");
  assertEquals(local.status, 502);
  assertStringIncludes(local.text, "no-such-php is not installed.");
  await assertLogged(demo, "/cgi-bin/a.php: no-such-php is not installed, or not in a folder of PATH (");
  const other = await ask(demo.port, "/cgi-bin/a.php", { fields: { "X-Forwarded-For": "192.0.2.7" } });
  assertEquals([other.status, other.text], [502, "Wait for the tide"]);
});

test("a file that only its interpreter runs need not be executable", async () => {
  assertEquals((await ask(server.port, "/cgi-bin/readable.sh")).text, "fine\n");
});

/** Target, status, and what the error log says of it. */
const FAILURES: readonly (readonly [title: string, target: string, status: number, log?: string])[] = [
  ["a program that is not there", "/cgi-bin/none.sh", 404],
  ["a program that is not there, with more of a path", "/cgi-bin/none.cgi/more", 404],
  ["a folder that is called like a program", "/cgi-bin/folder.sh/", 403],
  ["the one program of a location that is not there", "/gone/x", 404],
  ["the one program of a location that is a folder", "/folder/x", 404],
  ["a program that is not executable", "/cgi-bin/forbidden.cgi", 403],
  ["the one program of a location that is not executable", "/dull/x", 403],
  [
    "an interpreter that is missing",
    "/cgi-bin/other.none",
    502,
    "/cgi-bin/other.none: no-such-interpreter is not installed, or not in a folder of PATH (",
  ],
  [
    "an interpreter of the first line that is missing",
    "/cgi-bin/no-shebang.cgi",
    502,
    '/cgi-bin/no-shebang.cgi: its first line is "#!/nowhere/interpreter", and there is no such program',
  ],
  [
    "a first line that ends with CR LF",
    "/cgi-bin/windows.cgi",
    502,
    String.raw`/cgi-bin/windows.cgi: its first line, "#!/bin/sh\r", ends with CR LF as on Windows`,
  ],
  [
    "a first line with env that ends with CR LF",
    "/cgi-bin/env.cgi",
    502,
    String.raw`its first line, "#!/usr/bin/env sh\r", ends with CR LF as on Windows`,
  ],
  ["env with a program that is missing", "/cgi-bin/no-env.cgi", 502, "and there may be no such program"],
  ["the one program of a location with a missing interpreter", "/none/x", 502, "/none: its first line is "],
  ["the one program of a location with CR LF", "/windows/x", 502, "ends with CR LF as on Windows"],
  [
    "output without fields",
    "/cgi-bin/no-fields.sh",
    502,
    'it ended with status 0 before its header block did, and its output begins with "Hello, world"',
  ],
  ["a program in no known format", "/cgi-bin/no-format.cgi", 502, "/cgi-bin/no-format.cgi: "],
  [
    "a program that says nothing",
    "/cgi-bin/quiet.sh",
    502,
    "it ended with status 0 before its header block did",
  ],
  ["a program that fails", "/cgi-bin/failing.cgi", 502, "it ended with status 7 before its header block did"],
  ["a program that ends within its header block", "/cgi-bin/cut-block.sh", 502, "it ended with status 3"],
  ["a program that is killed", "/cgi-bin/killed.sh", 502, "it ended by SIGSEGV before its header block did"],
  ["an nph- script that says nothing", "/cgi-bin/nph-quiet.sh", 502, "it ended without a word"],
  ["a program without a header block", "/cgi-bin/no-block.sh", 502, '"<html>" is no field'],
  ["an empty header block", "/cgi-bin/empty-line.sh", 502, "begins with an empty line"],
  ["a field twice", "/cgi-bin/twice.sh", 502, 'the field "Content-Type" is there twice'],
  ["a status that is none", "/cgi-bin/bad-status.sh", 502, '"fine" is no status'],
  ["a header block without end", "/cgi-bin/huge-head.sh", 502, "no end of the header block within"],
];

for (const [title, target, status, log] of FAILURES) {
  test(`${title} is ${status}, and the connection goes on`, async () => {
    using client = await WireClient.connect(server.port);
    await client.get(target);
    const response = await client.response();
    assert(response);
    assertEquals([response.status, response.field("connection")], [status, undefined]);
    assertShowsNoPath(server, response);
    await client.get("/cgi-bin/fine.sh");
    assertEquals((await client.response())?.text, "fine\n");
    if (log === undefined) return;
    const id = /Reference: ([0-9a-f]{8})/.exec(response.text)?.[1];
    await assertLogged(server, `error ${id}: GET ${target}: `);
    assertStringIncludes(server.output().stderr.split(`error ${id}: `)[1]!.split("\n")[0]!, log);
  });
}

http1Test("connection", "a body that stalls is 408, closes the connection and ends the program", async () => {
  for (
    const fields of ["Content-Length: 100000\r\n", "Content-Length: 9\r\n", "Transfer-Encoding: chunked\r\n"]
  ) {
    using client = await WireClient.connect(server.port);
    await client.send(`POST /cgi-bin/stalled.sh HTTP/1.1\r\nHost: localhost\r\n${fields}\r\n`);
    await client.send(fields.startsWith("T") ? "5\r\nhe" : "half");
    const response = await client.response();
    assertEquals([response?.status, response?.field("connection")], [408, "close"]);
    assert(await client.isClosed());
    await assertLives(server, "/cgi-bin/fine.sh");
  }
});

test("a chunked body over client_max_body_size is 413, small or spooled, and no program starts", async () => {
  for (const [size, count] of [[50_000, 9], [300_000, 2]] as const) {
    using client = await WireClient.connect(server.port);
    await client.send(
      "POST /cgi-bin/fine.sh HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n",
    );
    for (let i = 0; i < count; i++) await client.send(`${size.toString(16)}\r\n${"x".repeat(size)}\r\n`);
    assertEquals((await client.response())?.status, 413);
    await assertLives(server, "/cgi-bin/fine.sh");
  }
});

test("a body whose announced length is over client_max_body_size is 413 before it is read", async () => {
  using client = await WireClient.connect(server.port);
  await client.send("POST /cgi-bin/fine.sh HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500000\r\n\r\n");
  assertEquals((await client.response())?.status, 413);
  await assertLives(server, "/cgi-bin/fine.sh");
});

http1Test("framing", "a chunked body that breaks its grammar is 400, and no program starts", async () => {
  using client = await WireClient.connect(server.port);
  await client.send(
    "POST /cgi-bin/fine.sh HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n",
  );
  await client.send("5\r\nhello\r\nno size\r\n");
  assertEquals((await client.response())?.status, 400);
  assert(await client.isClosed());
  await assertLives(server, "/cgi-bin/fine.sh");
});

http1Test(
  "halves",
  "a program that is silent for too long is 504, and cuts an answer that has begun",
  async () => {
    await using slow = await cgiServer({
      "fine.sh": `${PLAIN}echo fine\n`,
      "silent.sh": "sleep 30\n",
      "begun.sh": `${PLAIN}echo begun\nsleep 30\n`,
      "steady.sh": `${PLAIN}while [ ! -e go ]; do echo still; sleep 0.1; done; echo done\n`,
      "unread.sh": "sleep 30\n",
    }, { top: "timeouts: { cgi: 1500ms }" });
    using steady = await WireClient.connect(slow.port);
    await steady.get("/cgi-bin/steady.sh", "Connection: close\r\n");
    // It has begun before the silent one.
    await steady.connection.read(new Uint8Array(1));
    using client = await WireClient.connect(slow.port);
    await client.get("/cgi-bin/silent.sh");
    assertEquals((await client.response())?.status, 504);
    await Deno.writeTextFile(`${slow.folder}/cgi-bin/go`, "");
    assertMatch(toText(await steady.rest()), /still\n[^]*done\n/, "signs of life put the end off");
    await client.get("/cgi-bin/fine.sh");
    assertEquals((await client.response())?.text, "fine\n");
    await assertLogged(slow, "/cgi-bin/silent.sh: it was silent for longer than timeouts.cgi");

    await client.get("/cgi-bin/begun.sh");
    const rest = new TextDecoder().decode(await client.rest());
    assertStringIncludes(rest, "begun\n");
    assert(!rest.endsWith("0\r\n\r\n"), "the client must be able to tell that it is not whole");
    await assertLogged(slow, "GET /cgi-bin/begun.sh: /cgi-bin/begun.sh: it was silent");

    const unread = await ask(slow.port, "/cgi-bin/unread.sh", { method: "POST", body: "x".repeat(500_000) });
    assertEquals(unread.status, 504);
    await assertLives(slow, "/cgi-bin/fine.sh");
  },
);

test("one program more than limits.cgi_processes is 503 with Retry-After, and files are still served", async () => {
  await using narrow = await cgiServer({
    "wait.sh": `${PLAIN}echo started\nwhile [ ! -e go ]; do sleep 0.02; done\n`,
    "fine.sh": `${PLAIN}echo fine\n`,
  }, { top: "limits: { cgi_processes: 1 }" });
  using first = await WireClient.connect(narrow.port);
  await first.get("/cgi-bin/wait.sh");
  using second = await WireClient.connect(narrow.port);
  await second.get("/cgi-bin/fine.sh");
  const response = await second.response();
  assertEquals([response?.status, response?.field("retry-after")], [503, "1"]);
  await second.get("/ok.txt");
  assertEquals((await second.response())?.text, "fine");
  await Deno.writeTextFile(`${narrow.folder}/cgi-bin/go`, "");
  assertEquals((await first.response())?.text, "started\n");
  // One after the other there is always a place, however long the last one takes to vanish.
  for (let i = 0; i < 20; i++) {
    await second.get("/cgi-bin/fine.sh");
    assertEquals((await second.response())?.text, "fine\n");
  }
});

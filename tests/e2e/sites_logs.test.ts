import { assert, assertEquals, assertGreaterOrEqual, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { ask } from "../support/ask.ts";
import { byProtocol, http1Test, test } from "../support/protocols.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { exchange } from "../support/wire.ts";

const config = (more: string) =>
  `${more}\nservers: [{ listen: LISTEN, root: ., error_page: { 404: /lost.html } }]`;
const files = { "a.txt": "twelve bytes" };

/** Asks for a last page that cannot be mistaken, and gives the lines of the log before it. */
async function lines(server: TestServer): Promise<string[]> {
  await ask(server.port, "/the-last-one");
  await server.waitFor(/the-last-one.*\n/);
  return server.output().stdout.split("\n").filter((line) => line !== "" && !line.includes("the-last-one"));
}

/** As the log has it. */
const spoken = () => byProtocol("HTTP/1.1", "HTTP/2.0");

test("the access log has the combined format on standard output unless asked otherwise", async () => {
  await using server = await startServer({ config: config(""), files });
  const before = Math.floor(Date.now() / 1000) * 1000;
  await ask(server.port, "/a.txt?q=1", {
    fields: { Referer: "http://from.test/", "User-Agent": "test/1.0" },
  });
  await ask(server.port, "/a.txt", { method: "HEAD" });
  const [first, second] = await lines(server);
  const [, time, rest] = /^127\.0\.0\.1 - - \[([^\]]+)\] (.*)$/.exec(first!) ?? [];
  assertEquals(rest, `"GET /a.txt?q=1 ${spoken()}" 200 12 "http://from.test/" "test/1.0"`);
  assertMatch(time!, /^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/);
  const parsed = Date.parse(time!.replace(/^(\d\d)\/(\w+)\/(\d{4}):/, "$1 $2 $3 "));
  assert(parsed >= before && parsed <= Date.now(), `${time} is not now`);
  // Bytes are those of the body that was sent: HEAD sends none.
  assert(second!.endsWith(`"HEAD /a.txt ${spoken()}" 200 0 "-" "-"`), second);
});

test("the common format ends behind the bytes", async () => {
  await using server = await startServer({ config: config("log_format: common"), files });
  await ask(server.port, "/a.txt", { fields: { Referer: "x", "User-Agent": "y", Range: "bytes=0-4" } });
  const [line] = await lines(server);
  assertMatch(line!, /^127\.0\.0\.1 - - \[[^\]]+\] "GET \/a\.txt HTTP\/[12]\.[01]" 206 5$/);
});

http1Test("version", "the json format has every field", async () => {
  await using server = await startServer({
    config: config("log_format: json\nallowed_hosts: example.test"),
    files,
  });
  const before = Date.now();
  await ask(server.port, "/a.txt?x=%22", {
    host: "Example.TEST:8080",
    fields: { Referer: "r", "User-Agent": 'u "1"' },
  });
  await exchange(server.port, "POST /missing HTTP/1.0\r\n\r\n", "POST");
  await exchange(server.port, "no request\r\n\r\n");
  const logged = (await lines(server)).map((line): Record<string, unknown> => JSON.parse(line));
  assertEquals(logged.length, 3);
  for (const entry of logged) {
    const { time, duration_ms: duration } = entry;
    assertMatch(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assertGreaterOrEqual(Date.parse(String(time)), before);
    assert(typeof duration === "number" && duration >= 0);
    delete entry["time"];
    delete entry["duration_ms"];
  }
  assertEquals(logged[0], {
    remote: "127.0.0.1",
    host: "example.test",
    method: "GET",
    target: "/a.txt?x=%22",
    protocol: "HTTP/1.1",
    status: 200,
    bytes: 12,
    referer: "r",
    user_agent: 'u "1"',
    worker: 1,
  });
  const { bytes, ...second } = logged[1]!;
  assertGreaterOrEqual(bytes as number, 1);
  assertEquals(second, {
    remote: "127.0.0.1",
    host: "",
    method: "POST",
    target: "/missing",
    protocol: "HTTP/1.0",
    status: 405,
    referer: null,
    user_agent: null,
    worker: 1,
  });
  assertEquals([logged[2]!["status"], logged[2]!["method"]], [400, ""]);
});

test("what clients send can neither forge a line nor drive a terminal", async () => {
  for (const format of ["combined", "json"]) {
    await using server = await startServer({ config: config(`log_format: ${format}`), files });
    // A tab and the bytes from 0x80 on are all that a field may carry of control characters.
    await ask(server.port, "/a.txt", { fields: { "User-Agent": '"\\\t\x9b31m\x85x', Referer: '"' } });
    await ask(server.port, "/a.txt%0a%1b%5b31m");
    await exchange(server.port, "GET /\x1b[31m HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const logged = await lines(server);
    // Over HTTP/2 what is no request is not answered, so it is not logged either.
    assertEquals(logged.length, byProtocol(3, 2), format);
    // deno-lint-ignore no-control-regex
    for (const line of logged) assert(!/[\x00-\x1f\x7f-\x9f]/.test(line), JSON.stringify(line));
    if (format === "json") {
      assertEquals(JSON.parse(logged[0]!).user_agent, '"\\\t\x9b31m\x85x');
    } else {
      const agent = String.raw`"\"" "\"\\\x09\x9B31m\x85x"`;
      assertEquals(logged[0]!.replace(/^.*?\] /, ""), `"GET /a.txt ${spoken()}" 200 12 ${agent}`);
    }
  }
});

http1Test("process", "access_log may be a file beside the configuration, which is appended to", async () => {
  await using server = await startServer({
    config: config("access_log: logs/access.log"),
    files: { ...files, "logs/access.log": "an older line\n" },
  });
  await ask(server.port, "/a.txt");
  server.kill("SIGTERM");
  assertEquals(await server.status, 0);
  const [old, line, rest] = (await Deno.readTextFile(join(server.folder, "logs/access.log"))).split("\n");
  assertEquals([old, rest], ["an older line", ""]);
  assertMatch(line!, /"GET \/a\.txt HTTP\/[12]\.[01]" 200 12/);
  assertEquals(server.output().stdout, "");
});

http1Test("process", "access_log off writes nothing, stderr goes to standard error", async () => {
  for (const [target, expected] of [["off", 0], ["stderr", 1]] as const) {
    await using server = await startServer({ config: config(`access_log: ${target}`), files });
    await ask(server.port, "/a.txt");
    server.kill("SIGTERM");
    assertEquals(await server.status, 0);
    const { stdout, stderr } = server.output();
    assertEquals([stdout, stderr.split("GET /a.txt").length - 1], ["", expected]);
  }
});

http1Test(
  "process",
  "error_log says what a visitor must not know, to standard error or to a file",
  async () => {
    await using server = await startServer({ config: config(""), files });
    const answer = await ask(server.port, "/missing");
    assert(!answer.text.includes("lost.html"));
    await server.waitFor("/lost.html");
    assert(!server.output().stdout.includes("lost.html"), "it belongs to the error log alone");

    await using other = await startServer({ config: config("error_log: error.log"), files });
    await ask(other.port, "/missing");
    other.kill("SIGTERM");
    assertEquals(await other.status, 0);
    assertMatch(await Deno.readTextFile(join(other.folder, "error.log")), /\/lost\.html/);
    assert(!/^error/m.test(other.output().stderr), "the start warns of the missing page, and that is all");
  },
);

http1Test("process", "a log file that cannot be opened is named before the program ends", async () => {
  const cases: readonly (readonly [file: string, message: RegExp])[] = [
    [
      "missing/folder.log",
      /webserv\.yaml:\d+: \w+_log: the folder of "\S+missing\/folder\.log" does not exist: .*\n$/m,
    ],
    // Nothing but opening it tells: Linux refuses names of more than 255 bytes.
    [`${"long".repeat(70)}.log`, /^webserv: \S+long\.log cannot be written: .*\n$/m],
  ];
  for (
    const [key, [file, message]] of ["access_log", "error_log"].flatMap((key) =>
      cases.map((row) => [key, row] as const)
    )
  ) {
    const failure = await startServer({ config: config(`${key}: ${file}`), files }).then(
      async (server) => {
        await server[Symbol.asyncDispose]();
        return "it started";
      },
      (error: Error) => error.message,
    );
    assertMatch(failure, message, key);
  }
});

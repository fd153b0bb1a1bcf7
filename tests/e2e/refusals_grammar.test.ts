/**
 * What breaks the grammar, the framing or a limit is refused and its connection closed (DESIGN.md section 4, the first
 * five lines of its table and the paragraph below it). What the parser does in detail is in tests/wire.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { startServer } from "../support/server.ts";
import { exchange, WireClient } from "../support/wire.ts";
import { assertAnswers, assertRefused, get, OK_FILE, sharedServer } from "./wire_support.ts";

const server = await sharedServer({
  config: "access_log: off\nservers: [{ listen: LISTEN, root: . }]\n",
  files: OK_FILE,
});

const HOST = "Host: localhost\r\n";
const post = (fields: string, body = "") => `POST /ok.txt HTTP/1.1\r\n${HOST}${fields}\r\n${body}`;
/** A request line of so many bytes. */
const line = (bytes: number) => {
  const rest = "GET / HTTP/1.1".length;
  return `GET /${"a".repeat(bytes - rest)} HTTP/1.1\r\n${HOST}\r\n`;
};
/** A field section of so many bytes, the empty line included. */
const section = (bytes: number) => {
  const rest = `${HOST}X: \r\n\r\n`.length;
  return `GET /ok.txt HTTP/1.1\r\n${HOST}X: ${"x".repeat(bytes - rest)}\r\n\r\n`;
};
const manyFields = (count: number) => get("/ok.txt", "X: y\r\n".repeat(count - 1));

const REFUSED: Readonly<Record<string, readonly [status: number, data: string]>> = {
  "a request line without a version": [400, `GET /ok.txt\r\n${HOST}\r\n`],
  "two spaces in the request line": [400, `GET  /ok.txt HTTP/1.1\r\n${HOST}\r\n`],
  "a space behind the version": [400, `GET /ok.txt HTTP/1.1 \r\n${HOST}\r\n`],
  "a space in the target": [400, `GET /ok .txt HTTP/1.1\r\n${HOST}\r\n`],
  "a tab in the request line": [400, `GET\t/ok.txt HTTP/1.1\r\n${HOST}\r\n`],
  "a method that is no token": [400, `G@T /ok.txt HTTP/1.1\r\n${HOST}\r\n`],
  "a target that does not start with a slash": [400, `GET ok.txt HTTP/1.1\r\n${HOST}\r\n`],
  "a target of another scheme": [400, `GET ftp://localhost/ok.txt HTTP/1.1\r\n${HOST}\r\n`],
  "a target with bytes above 0x7f": [400, `GET /\xe4 HTTP/1.1\r\n${HOST}\r\n`],
  "an asterisk for GET": [400, `GET * HTTP/1.1\r\n${HOST}\r\n`],
  "CONNECT without a port": [400, `CONNECT localhost HTTP/1.1\r\n${HOST}\r\n`],
  "two empty lines before a request line": [400, `\r\n\r\n${get("/ok.txt")}`],
  "the version HTTP/1.10": [400, `GET /ok.txt HTTP/1.10\r\n${HOST}\r\n`],
  "the version http/1.1": [400, `GET /ok.txt http/1.1\r\n${HOST}\r\n`],
  "the greeting of TLS": [400, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"],
  "a bare LF behind the request line": [400, `GET /ok.txt HTTP/1.1\n${HOST}\r\n`],
  "a bare LF behind a field": [400, "GET /ok.txt HTTP/1.1\r\nHost: localhost\n\r\n"],
  "a bare CR in a field": [400, get("/ok.txt", "X: a\rb\r\n")],
  "a bare CR in the request line": [400, `GET /ok.txt HTTP/1.1\r${HOST}\r\n`],
  "NUL in a field": [400, get("/ok.txt", "X: a\0b\r\n")],
  "NUL in the target": [400, `GET /ok\0.txt HTTP/1.1\r\n${HOST}\r\n`],
  "another control byte in a field": [400, get("/ok.txt", "X: a\x08b\r\n")],
  "a space before the colon": [400, get("/ok.txt", "X : y\r\n")],
  "a field without a name": [400, get("/ok.txt", ": y\r\n")],
  "a field without a colon": [400, get("/ok.txt", "nonsense\r\n")],
  "a folded field": [400, get("/ok.txt", "X: y\r\n z\r\n")],
  "a space before the first field": [400, `GET /ok.txt HTTP/1.1\r\n ${HOST}\r\n`],
  "no Host in HTTP/1.1": [400, "GET /ok.txt HTTP/1.1\r\n\r\n"],
  "two Hosts": [400, get("/ok.txt", HOST)],
  "two Hosts in HTTP/1.0": [400, `GET /ok.txt HTTP/1.0\r\n${HOST}${HOST}\r\n`],
  "a Host with a path": [400, "GET /ok.txt HTTP/1.1\r\nHost: localhost/x\r\n\r\n"],
  "a Host with a user": [400, "GET /ok.txt HTTP/1.1\r\nHost: me@localhost\r\n\r\n"],
  "a Host with a space": [400, "GET /ok.txt HTTP/1.1\r\nHost: local host\r\n\r\n"],
  "a Host with a port that is no number": [400, "GET /ok.txt HTTP/1.1\r\nHost: localhost:x\r\n\r\n"],
  "a Host with half a bracket": [400, "GET /ok.txt HTTP/1.1\r\nHost: [::1\r\n\r\n"],
  "Content-Length and Transfer-Encoding": [
    400,
    post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
  ],
  "two Content-Lengths that differ": [400, post("Content-Length: 1\r\nContent-Length: 2\r\n", "ab")],
  "two Content-Lengths that agree": [400, post("Content-Length: 1\r\nContent-Length: 1\r\n", "a")],
  "a list as Content-Length": [400, post("Content-Length: 1, 1\r\n", "a")],
  "a Content-Length with a sign": [400, post("Content-Length: +1\r\n", "a")],
  "a negative Content-Length": [400, post("Content-Length: -1\r\n", "a")],
  "a hexadecimal Content-Length": [400, post("Content-Length: 0x1\r\n", "a")],
  "an empty Content-Length": [400, post("Content-Length:\r\n")],
  "chunked twice": [400, post("Transfer-Encoding: chunked, chunked\r\n")],
  "Transfer-Encoding in HTTP/1.0": [
    400,
    `POST /ok.txt HTTP/1.0\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  ],
  "the transfer coding gzip": [501, post("Transfer-Encoding: gzip\r\n")],
  "the transfer codings gzip and chunked": [501, post("Transfer-Encoding: gzip, chunked\r\n")],
  "the transfer coding identity": [501, post("Transfer-Encoding: identity\r\n")],
  "a request line one byte over the limit": [414, line(8 * 1024 + 1)],
  "a request line of half a megabyte": [414, line(512 * 1024)],
  "a request line that never ends": [414, "GET /" + "a".repeat(20_000)],
  "fields one byte over the limit": [431, section(32 * 1024 + 1)],
  "fields of half a megabyte": [431, section(512 * 1024)],
  "one field too many": [431, manyFields(101)],
  "HTTP/2.0": [505, `GET /ok.txt HTTP/2.0\r\n${HOST}\r\n`],
  "HTTP/1.2": [505, `GET /ok.txt HTTP/1.2\r\n${HOST}\r\n`],
  "HTTP/0.9 by its number": [505, `GET /ok.txt HTTP/0.9\r\n${HOST}\r\n`],
  "the preface of HTTP/2 behind an empty line": [505, "\r\nPRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
  "a Content-Length past all numbers": [413, post(`Content-Length: ${"9".repeat(30)}\r\n`)],
};

for (const [what, [status, data]] of Object.entries(REFUSED)) {
  Deno.test(`${what} is refused with ${status} and the connection closed`, async () => {
    await assertRefused(server, data, { status, fate: "closed" });
  });
}

Deno.test("nothing behind a refused request is answered", async () => {
  using client = await WireClient.connect(server.port);
  await client.send(get("/ok.txt") + `GET /ok.txt HTTP/3.0\r\n${HOST}\r\n` + get("/ok.txt"));
  assertEquals((await client.response())?.status, 200);
  assertEquals((await client.response())?.status, 505);
  assertEquals((await client.rest()).length, 0);
  await assertAnswers(server);
});

Deno.test("a chunk that breaks the grammar ends the connection, and no request is found in it", async () => {
  for (const body of ["zz\r\n", "5\r\nhello", "5\nhello\r\n0\r\n\r\n", "3\r\nhello\r\n0\r\n\r\n"]) {
    using client = await WireClient.connect(server.port);
    await client.send(get("/ok.txt", "Transfer-Encoding: chunked\r\n") + body + get("/smuggled"));
    // Nobody wanted this body, so its request is answered before it is read.
    assertEquals((await client.response())?.status, 200);
    assertEquals((await client.rest()).length, 0);
  }
  await assertAnswers(server);
});

Deno.test("what reaches a limit but does not pass it is taken", async () => {
  assertEquals((await exchange(server.port, line(8 * 1024)))?.status, 404);
  assertEquals((await exchange(server.port, section(32 * 1024)))?.status, 200);
  assertEquals((await exchange(server.port, manyFields(100)))?.status, 200);
});

Deno.test("limits are those of the configuration", async () => {
  await using small = await startServer({
    config: "access_log: off\nlimits: { request_line: 100, header_fields: 200, header_count: 3 }\n" +
      "servers: [{ listen: LISTEN, root: . }]\n",
    files: OK_FILE,
  });
  assertEquals((await exchange(small.port, line(100)))?.status, 404);
  await assertRefused(small, line(101), { status: 414, fate: "closed" });
  assertEquals((await exchange(small.port, section(200)))?.status, 200);
  await assertRefused(small, section(201), { status: 431, fate: "closed" });
  assertEquals((await exchange(small.port, manyFields(3)))?.status, 200);
  await assertRefused(small, manyFields(4), { status: 431, fate: "closed" });
});

Deno.test("one empty line before a request line is skipped, also between two requests", async () => {
  using client = await WireClient.connect(server.port);
  await client.send(`\r\n${get("/ok.txt")}\r\n${get("/ok.txt")}`);
  assertEquals((await client.response())?.status, 200);
  assertEquals((await client.response())?.status, 200);
});

Deno.test("HTTP/0.9 is not spoken", async () => {
  await assertRefused(server, "GET /ok.txt\r\n", { status: 400, fate: "closed" });
});

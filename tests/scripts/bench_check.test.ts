import { assertEquals } from "@std/assert";
import { complaintAbout, parseFields, validatorsOf } from "../../scripts/bench/check.ts";
import { firstVersion } from "../../scripts/bench/find.ts";
import { ROWS } from "../../scripts/bench/rows.ts";

const HEAD = 'HTTP/1.1 200 OK\r\nETag: "a:b"\r\nLast-Modified:Sun, 22 Nov 2026 19:27:27 GMT\r\n\r\n';

Deno.test("parseFields() and validatorsOf() make the fields of a client that has the file", () => {
  assertEquals(validatorsOf(parseFields(HEAD)), [
    'If-None-Match: "a:b"',
    "If-Modified-Since: Sun, 22 Nov 2026 19:27:27 GMT",
  ]);
  assertEquals(validatorsOf(parseFields("HTTP/1.1 200 OK\r\n\r\n")), []);
});

Deno.test("complaintAbout() says what is wrong with an answer", () => {
  const good = {
    version: "1.1",
    status: 200,
    headLength: 200,
    contentLength: 1024,
    fields: new Map<string, string>(),
  };
  const complaint = (change: Partial<typeof good>, isRight = true) =>
    complaintAbout(ROWS[0]!, { ...good, ...change }, isRight);
  assertEquals(complaint({}), undefined);
  assertEquals(complaint({ status: 404 }), "answers 404 instead of 200");
  assertEquals(complaint({ contentLength: 7 }), "sends 7 bytes of content instead of 1024");
  assertEquals(complaint({ fields: new Map([["content-encoding", "gzip"]]) }), "sends compressed content");
  assertEquals(complaint({ version: "2" }), "speaks HTTP/2 instead of HTTP/1.1");
  assertEquals(complaint({}, false), "sends other content than the file's");
});

Deno.test("firstVersion() finds the number in a program's words", () => {
  assertEquals(firstVersion("nginx version: nginx/1.22.1\n"), "1.22.1");
  assertEquals(firstVersion("lighttpd/1.4.69 (ssl) - a light and fast webserver"), "1.4.69");
  assertEquals(firstVersion("hello"), "of unknown version");
});

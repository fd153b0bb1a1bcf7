/**
 * A client may send its bytes one by one. What that costs is counted here and not timed: how often a byte is looked at,
 * and how often the received ones are copied. (benches/ has the times.)
 *
 * @module
 */
import { assertEquals, assertLessOrEqual } from "@std/assert";
import { encodeLatin1 } from "../../lib/bytes/latin1.ts";
import { ChunkedDecoder } from "../../lib/http1/chunked.ts";
import { ServerConnection } from "../../lib/http1/connection.ts";
import { FieldSectionScanner } from "../../lib/http1/field_lines.ts";
import { RequestLineScanner } from "../../lib/http1/request_line.ts";
import { StatusLineScanner } from "../../lib/http1/status_line.ts";

const LIMITS = { requestLine: 8192, headerFields: 32_768, headerCount: 100 };

/** Once in the loop over its kind, once for what it is if it ends that, once more where the loop begins anew. */
const LOOKS = 4;

/** Gives a scanner ever more of the text, from its start or from what it has not consumed; gives the looks at bytes. */
function looksAt(text: string, scan: (bytes: Uint8Array, start: number, end: number) => number): number {
  let looks = 0;
  const counted = new Proxy(encodeLatin1(text), {
    get: (bytes, key) => {
      looks++;
      return Reflect.get(bytes, key, bytes);
    },
  });
  let start = 0;
  for (let end = 1; end <= text.length; end++) start += scan(counted, start, end);
  assertEquals(start, text.length);
  return looks;
}

const FIELDS = `${"Name: some value that is a little longer\r\n".repeat(100)}\r\n`;
const BLANKS = `A:${" ".repeat(5000)}b${" ".repeat(5000)}\r\n\r\n`;

Deno.test("a request line that comes byte by byte is read once", () => {
  const line = `GET /${"a".repeat(8000)} HTTP/1.1\r\n`;
  const scanner = new RequestLineScanner(LIMITS.requestLine);
  assertLessOrEqual(looksAt(line, scanner.scan.bind(scanner)), LOOKS * line.length);
});

Deno.test("a status line that comes byte by byte is read once", () => {
  const line = `HTTP/1.1 200 ${"a".repeat(8000)}\r\n`;
  const scanner = new StatusLineScanner(LIMITS.requestLine);
  assertLessOrEqual(looksAt(line, scanner.scan.bind(scanner)), LOOKS * line.length);
});

Deno.test("fields that come byte by byte are read once", () => {
  for (const section of [FIELDS, BLANKS]) {
    const scanner = new FieldSectionScanner(LIMITS);
    assertLessOrEqual(looksAt(section, scanner.scan.bind(scanner)), LOOKS * section.length);
  }
});

Deno.test("a chunked body that comes byte by byte is read once, its trailers too", () => {
  const chunks = `1;name="a value"\r\nc\r\n`.repeat(500);
  for (const body of [`${chunks}0\r\n\r\n`, `0\r\n${FIELDS}`]) {
    const decoder = new ChunkedDecoder(LIMITS);
    const looks = looksAt(body, (bytes, start, end) => {
      decoder.decode(bytes, start, end);
      return decoder.consumed;
    });
    assertLessOrEqual(looks, LOOKS * body.length);
  }
});

Deno.test("what comes byte by byte is copied only when the buffer doubles", () => {
  const connection = new ServerConnection(LIMITS);
  const head = `GET / HTTP/1.1\r\nHost: a\r\n${`Name: ${"v".repeat(320)}\r\n`.repeat(95)}\r\n`;
  let { bytes } = connection.buffer, copies = 0;
  for (const byte of encodeLatin1(head)) {
    // As a session does: it makes room for a whole read each time.
    connection.buffer.writable(2048)[0] = byte;
    connection.buffer.commit(1);
    connection.next();
    if (connection.buffer.bytes !== bytes) copies++;
    bytes = connection.buffer.bytes;
  }
  assertEquals(connection.clientState, "send body");
  // From 2 KiB to 64 KiB.
  assertLessOrEqual(copies, 5);
});

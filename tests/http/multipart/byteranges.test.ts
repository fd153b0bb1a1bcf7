import { assertEquals, assertThrows } from "@std/assert";
import { byterangesParts } from "../../../lib/http/multipart/byteranges.ts";

Deno.test("byterangesParts() frames the ranges and knows the length", () => {
  const file = "0123456789";
  const frame = byterangesParts([{ start: 0, end: 2 }, { start: 8, end: 10 }], 10, "text/plain", "B");
  const decoder = new TextDecoder();
  let body = "";
  for (const { head, range } of frame.parts) {
    body += decoder.decode(head) + file.slice(range.start, range.end);
  }
  body += decoder.decode(frame.tail);
  assertEquals(
    body,
    "--B\r\nContent-Type: text/plain\r\nContent-Range: bytes 0-1/10\r\n\r\n01\r\n" +
      "--B\r\nContent-Type: text/plain\r\nContent-Range: bytes 8-9/10\r\n\r\n89\r\n--B--\r\n",
  );
  assertEquals(frame.length, body.length);
  assertEquals(frame.contentType, "multipart/byteranges; boundary=B");
});

Deno.test("byterangesParts() counts ranges too large to hold", () => {
  const frame = byterangesParts(
    [{ start: 0, end: 2 ** 40 }, { start: 2 ** 41, end: 2 ** 42 }],
    2 ** 42,
    "a/b",
    "B",
  );
  const framing = frame.tail.length + frame.parts.reduce((sum, { head }) => sum + head.length, 0);
  assertEquals(frame.length, framing + 2 ** 40 + 2 ** 41);
});

Deno.test("byterangesParts() refuses what would break the frame", () => {
  const ranges = [{ start: 0, end: 1 }];
  for (const boundary of ["", "a b", 'a"', "a\r\n", "a;b", "x".repeat(71)]) {
    assertThrows(() => byterangesParts(ranges, 10, "text/plain", boundary), TypeError);
  }
  assertThrows(() => byterangesParts(ranges, 10, "text/plain\r\nX: y", "B"), TypeError);
  assertThrows(() => byterangesParts([], 10, "text/plain", "B"), TypeError);
});

import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { encodeLatin1 } from "../../../lib/bytes/latin1.ts";
import { MultipartParser } from "../../../lib/http/multipart/parser.ts";
import { Random } from "../../../scripts/fuzz/random.ts";
import { assertLinear } from "../../support/linear.ts";
import { escape } from "../../wire/escape.ts";
import { DEFAULT_LIMITS } from "./driver.ts";

/** The bytes of all data events, and how many of them are not views of the pushed buffer. */
function feed(parser: MultipartParser, piece: Uint8Array): { given: number; copied: number } {
  parser.push(piece);
  let given = 0, copied = 0;
  while (true) {
    const event = parser.next();
    if (event.type === "need data" || event.type === "end") return { given, copied };
    if (event.type !== "data") continue;
    given += event.bytes.length;
    if (event.bytes.buffer !== piece.buffer) copied += event.bytes.length;
  }
}

Deno.test("MultipartParser copies no more of the content than a cut delimiter", () => {
  const boundary = "-".repeat(24) + "0123456789abcdef";
  const parser = new MultipartParser(boundary, DEFAULT_LIMITS);
  feed(parser, encodeLatin1(`--${boundary}\r\nA: b\r\n\r\n`));
  const random = new Random(5);
  const piece = new Uint8Array(64 * 1024).map(() => random.below(256));
  piece.set(encodeLatin1(`\r\n--${boundary.slice(0, -1)}`), piece.length - boundary.length - 3);
  let given = 0, copied = 0;
  for (let i = 0; i < 10; i++) {
    const fed = feed(parser, piece);
    given += fed.given;
    copied += fed.copied;
  }
  const held = boundary.length + 3;
  assertEquals([given, copied], [10 * piece.length - held, 9 * held]);
});

Deno.test("MultipartParser takes linear time for hostile bodies", () => {
  const size = 4_000_000, a = "a".repeat(70);
  const header = `--${a}\r\nA: b\r\n\r\n`;
  const rows: [body: string, boundary: string][] = [
    [header + "a".repeat(size), a],
    [header + `\r\n--${a.slice(1)}`.repeat(size / 70), a],
    [header + `\r\n--${a.slice(1)}b`.repeat(size / 70), a],
    [header + "\r".repeat(size), a],
    [header + "\r\n".repeat(size / 2), a],
    [header + "\r\n\r\n--".repeat(size / 6), a],
    [`--b${" ".repeat(size)}`, "b"],
    [`--b\r\nA:${" ".repeat(size)}x`, "b"],
    [`--b\r\nA: ${"x ".repeat(size / 2)}`, "b"],
    [`--b\r\n${"A".repeat(size)}`, "b"],
    [`--b\r\n${"A:\r\n".repeat(size / 4)}`, "b"],
    [`--b\r\n\r\n\r\n`.repeat(size / 10), "b"],
  ];
  const limits = { partHeader: Infinity, parts: Infinity };
  for (const [body, boundary] of rows) {
    const parser = new MultipartParser(boundary, limits), input = encodeLatin1(body);
    assertLinear(() => {
      for (let at = 0; at < input.length; at += 65536) feed(parser, input.subarray(at, at + 65536));
    }, escape(body.slice(0, 100)));
  }
});

Deno.test("MultipartParser takes no bytes before it needs them or after the last", () => {
  const parser = new MultipartParser("bound", DEFAULT_LIMITS);
  parser.push(encodeLatin1("--bound\r\nA: b\r\n\r\nx"));
  assertThrows(() => parser.push(encodeLatin1("y")), TypeError, "before next()");
  assertEquals(parser.next().type, "part");
  assertEquals(parser.next().type, "data");
  parser.push(encodeLatin1("\r\n--bound--"));
  assertEquals(parser.next().type, "need data");
  parser.endOfInput();
  assertThrows(() => parser.push(encodeLatin1("y")), TypeError, "after endOfInput()");
  assertEquals(parser.next().type, "end of part");
  assertEquals(parser.next().type, "end");
  assertEquals(parser.next().type, "end");
});

Deno.test("MultipartParser gives the end and what is before it in one piece with the epilogue", () => {
  const parser = new MultipartParser("bound", DEFAULT_LIMITS);
  parser.push(encodeLatin1("--bound\r\nA: b\r\n\r\nx\r\n--bound--\r\nepilogue"));
  const types = Array.from({ length: 5 }, () => parser.next().type);
  assertEquals(types, ["part", "data", "end of part", "end", "end"]);
  parser.push(encodeLatin1("more of it"));
  assertStrictEquals(parser.next().type, "end");
});

Deno.test("MultipartParser keeps the fields of a part as they were sent", () => {
  const parser = new MultipartParser("bound", DEFAULT_LIMITS);
  parser.push(encodeLatin1("--bound\r\nContent-Disposition: form-data\r\ncontent-type: a/b\r\n\r\n"));
  const event = parser.next();
  assert(event.type === "part");
  assertEquals(event.fields.names, ["Content-Disposition", "content-type"]);
  assertEquals(event.fields.get("content-type"), "a/b");
});

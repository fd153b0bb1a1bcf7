import { assert, assertEquals, assertThrows } from "@std/assert";
import { encodeLatin1 } from "../../lib/bytes/latin1.ts";
import { ChunkedDecoder } from "../../lib/http1/chunked.ts";
import { FieldSectionScanner } from "../../lib/http1/field_lines.ts";
import type { WireLimits } from "../../lib/http1/limits.ts";
import { HttpError } from "../../lib/http/errors.ts";
import { RequestLineScanner } from "../../lib/http1/request_line.ts";

/** Room before the scanned bytes, so that offsets which forget where they count from are found out. */
const BEFORE = 7;

/** A scanner's answer for the first `length` bytes, or the status of its refusal. */
function scan(
  scanner: { scan(bytes: Uint8Array, start: number, end: number): number },
  text: string,
  length = text.length,
): number | string {
  const bytes = new Uint8Array(BEFORE + text.length);
  bytes.set(encodeLatin1(text), BEFORE);
  try {
    return scanner.scan(bytes, BEFORE, BEFORE + length);
  } catch (error) {
    if (error instanceof HttpError) return `refused ${error.status}`;
    throw error;
  }
}

/** The same, given the bytes one after the other. */
function scanBytewise(scanner: Parameters<typeof scan>[0], text: string): number | string {
  let found: number | string = 0;
  for (let length = 0; length <= text.length && found === 0; length++) found = scan(scanner, text, length);
  return found;
}

const limits = (some: Partial<WireLimits>): WireLimits => ({
  requestLine: Infinity,
  headerFields: Infinity,
  headerCount: Infinity,
  ...some,
});

Deno.test("RequestLineScanner finds the parts of a line", () => {
  const scanner = new RequestLineScanner(100);
  for (
    const [line, ...parts] of [
      ["GET / HTTP/1.1\r\n", 3, 5, 1, 1],
      ["OPTIONS * HTTP/1.0\r\n", 7, 9, 1, 0],
      ["a /bcd?e HTTP/1.1\r\n", 1, 8, 1, 1],
    ] as const
  ) {
    assertEquals(scanBytewise(scanner, line), line.length);
    assertEquals([scanner.methodEnd, scanner.targetEnd, scanner.major, scanner.minor], parts);
    scanner.reset();
    assertEquals(scan(scanner, line + "Host: a"), line.length);
    assertEquals([scanner.methodEnd, scanner.targetEnd, scanner.major, scanner.minor], parts);
    scanner.reset();
  }
});

Deno.test("RequestLineScanner takes a line of the limit and not one byte more", () => {
  const line = "GET /abc HTTP/1.1";
  for (const way of [scan, scanBytewise]) {
    assertEquals(way(new RequestLineScanner(line.length), line + "\r\n"), line.length + 2);
    assertEquals(way(new RequestLineScanner(line.length - 1), line + "\r\n"), "refused 414");
    assertEquals(way(new RequestLineScanner(Infinity), `GET /${"a".repeat(4999)} HTTP/1.1\r\n`), 5015);
    // Wherever a limit falls, the line is refused by the first byte behind it and not before.
    for (let limit = 0; limit < line.length; limit++) {
      assertEquals(way(new RequestLineScanner(limit), line.slice(0, limit)), 0, `${limit}`);
      assertEquals(way(new RequestLineScanner(limit), line.slice(0, limit + 1)), "refused 414", `${limit}`);
    }
  }
});

Deno.test("RequestLineScanner refuses every byte that has no place where it stands", () => {
  const line = "GET / HTTP/1.1\r\n";
  const allowed: Record<number, RegExp> = {
    0: /[!#$%&'*+.^_`|~0-9A-Za-z-]/,
    1: /[ !#$%&'*+.^_`|~0-9A-Za-z-]/,
    2: /[ !#$%&'*+.^_`|~0-9A-Za-z-]/,
    3: /[ !#$%&'*+.^_`|~0-9A-Za-z-]/,
    4: /[!$-;=?-~]/,
    5: /[ !$-;=?-~]/,
    11: /[0-9]/,
    13: /[0-9]/,
  };
  for (let at = 0; at < line.length; at++) {
    for (let byte = 0; byte < 256; byte++) {
      const character = String.fromCharCode(byte);
      if (character === line[at]) continue;
      const found = scan(new RequestLineScanner(100), line.slice(0, at) + character);
      assertEquals(found, allowed[at]?.test(character) ? 0 : "refused 400", `byte ${byte} at ${at}`);
    }
  }
});

const section = "Host: a\r\nB:\tc \r\n\r\n";

Deno.test("FieldSectionScanner finds the fields of a section", () => {
  const scanner = new FieldSectionScanner(limits({}));
  const bytes = encodeLatin1("1234567" + section + "more");
  assertEquals(scanBytewise(scanner, section), section.length);
  const { names, values } = scanner.fields(bytes, BEFORE, section.length);
  assertEquals([names, values], [["Host", "B"], ["a", "c"]]);
  scanner.reset();
  assertEquals(scan(scanner, "\r\n"), 2);
  assertEquals(scanner.fields(bytes, BEFORE, 2).names, []);
});

Deno.test("FieldSectionScanner keeps more fields than it has room for at first", () => {
  const lines = Array.from({ length: 1000 }, (_, i) => `N${i}: v${i}\r\n`);
  const text = lines.join("") + "\r\n";
  const scanner = new FieldSectionScanner(limits({}));
  assertEquals(scanBytewise(scanner, text), text.length);
  const fields = scanner.fields(encodeLatin1(text), 0, text.length);
  assertEquals(fields.names, lines.map((_, i) => `N${i}`));
  assertEquals(fields.values, lines.map((_, i) => `v${i}`));
});

Deno.test("FieldSectionScanner gives values as ISO 8859-1, whichever line is not ASCII", () => {
  const scanner = new FieldSectionScanner(limits({}));
  const text = "A: \x80\x9f\xe9\r\nB: c\r\n\r\n";
  scan(scanner, text);
  assertEquals(scanner.fields(encodeLatin1(text), 0, text.length).values, ["\x80\x9f\xe9", "c"]);
});

Deno.test("FieldSectionScanner takes as many bytes as the limit and not one more", () => {
  for (const way of [scan, scanBytewise]) {
    const { length } = section;
    assertEquals(way(new FieldSectionScanner(limits({ headerFields: length })), section), length);
    for (let limit = 0; limit < length; limit++) {
      const scanner = () => new FieldSectionScanner(limits({ headerFields: limit }));
      assertEquals(way(scanner(), section.slice(0, limit)), 0, `${limit}`);
      assertEquals(way(scanner(), section.slice(0, limit + 1)), "refused 431", `${limit}`);
    }
  }
});

Deno.test("FieldSectionScanner takes as many lines as the limit and not one more", () => {
  for (const way of [scan, scanBytewise]) {
    const scanner = (headerCount: number) => new FieldSectionScanner(limits({ headerCount }));
    assertEquals(way(scanner(2), section), section.length);
    assertEquals(way(scanner(1), "Host: a\r\n"), 0);
    assertEquals(way(scanner(1), "Host: a\r\nB"), "refused 431");
    assertEquals(way(scanner(0), "\r\n"), 2);
  }
});

/** What a decoder makes of a body: its data, and what it said last. */
function decode(text: string, piece = text.length, some: Partial<WireLimits> = {}): [string, string] {
  const decoder = new ChunkedDecoder(limits(some));
  const bytes = encodeLatin1(text);
  let start = 0, data = "", found = "incomplete";
  for (let end = Math.min(piece, bytes.length); found !== "end"; end = Math.min(end + piece, bytes.length)) {
    do {
      found = decoder.decode(bytes, start, end);
      if (found === "data") data += text.slice(decoder.dataStart, decoder.dataEnd);
      start += decoder.consumed;
    } while (found === "data");
    if (end === bytes.length) break;
  }
  return [data, found === "end" ? `end, ${bytes.length - start} left` : found];
}

Deno.test("ChunkedDecoder gives the data and leaves what follows", () => {
  const body = "5;a=b\r\nhello\r\n1\r\n!\r\n0\r\nA: b\r\n\r\n";
  for (let piece = 1; piece <= body.length; piece++) {
    assertEquals(decode(body, piece), ["hello!", "end, 0 left"]);
  }
  assertEquals(decode(body + "GET"), ["hello!", "end, 3 left"]);
  for (let end = 1; end < body.length; end++) {
    const [data, found] = decode(body.slice(0, end));
    assert("hello!".startsWith(data));
    assertEquals(found, "incomplete");
  }
});

Deno.test("ChunkedDecoder takes sizes, extensions and trailers of their limits and not more", () => {
  const ends = (body: string, some: Partial<WireLimits> = {}) => {
    for (const piece of [1, 7, body.length]) assertEquals(decode(body, piece, some)[1], "end, 0 left");
  };
  const refused = (status: number, body: string, some: Partial<WireLimits> = {}) => {
    for (const piece of [1, 7, body.length]) {
      assertEquals(assertThrows(() => decode(body, piece, some), HttpError).status, status);
    }
  };
  ends("0000000000001\r\na\r\n0\r\n\r\n");
  refused(400, "00000000000001\r\na\r\n0\r\n\r\n");
  ends(`1;${"a".repeat(4095)}\r\na\r\n0\r\n\r\n`);
  refused(400, `1;${"a".repeat(4096)}\r\na\r\n0\r\n\r\n`);
  ends("0\r\nAB: c\r\n\r\n", { headerFields: 9 });
  refused(431, "0\r\nAB: c\r\n\r\n", { headerFields: 8 });
  ends("0\r\nA: b\r\n\r\n", { headerCount: 1 });
  refused(431, "0\r\nA: b\r\nC: d\r\n\r\n", { headerCount: 1 });
});

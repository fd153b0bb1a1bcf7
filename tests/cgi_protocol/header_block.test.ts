import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { type HeaderBlock, HeaderBlockReader } from "../../lib/cgi_protocol/header_block.ts";
import { HttpError } from "../../lib/http/errors.ts";
import { toBytes, toText } from "../support/wire.ts";

interface Read {
  readonly block: HeaderBlock;
  readonly rest: string;
}

/** Feeds the output in pieces of a size; undefined if the block has no end. */
function readBlock(output: string, size: number): Read | undefined {
  const reader = new HeaderBlockReader();
  for (let at = 0; at < output.length; at += size) {
    const found = reader.push(toBytes(output.slice(at, at + size)));
    if (found) return { block: found.block, rest: toText(found.rest) + output.slice(at + size) };
  }
  return undefined;
}

const EMPTY: HeaderBlock = {
  status: undefined,
  reason: undefined,
  location: undefined,
  contentLength: undefined,
  fields: [],
};

interface Case {
  readonly title: string;
  readonly output: string;
  readonly block: Partial<HeaderBlock>;
  readonly rest?: string;
}

const HTML: HeaderBlock["fields"] = [["Content-Type", "text/html"]];

const CASES: readonly Case[] = [
  { title: "LF", output: "Content-Type: text/html\n\n<p>", block: { fields: HTML }, rest: "<p>" },
  { title: "CRLF", output: "Content-Type: text/html\r\n\r\n<p>", block: { fields: HTML }, rest: "<p>" },
  {
    title: "LF, then CRLF",
    output: "Content-Type: text/html\n\r\n<p>",
    block: { fields: HTML },
    rest: "<p>",
  },
  {
    title: "CRLF, then LF",
    output: "Content-Type: text/html\r\n\n<p>",
    block: { fields: HTML },
    rest: "<p>",
  },
  {
    title: "content that looks like the block's end",
    output: "Content-Type: text/html\n\n\n\r\n\r\n",
    block: { fields: HTML },
    rest: "\n\r\n\r\n",
  },
  { title: "a status", output: "Status: 404\n\n", block: { status: 404 } },
  {
    title: "a status with a reason",
    output: "Status: 404 No such luck\r\n\r\n",
    block: { status: 404, reason: "No such luck" },
  },
  { title: "a status with a space behind it", output: "Status: 200 \n\n", block: { status: 200 } },
  {
    title: "a status that nobody has named",
    output: "status: 599 x\n\n",
    block: { status: 599, reason: "x" },
  },
  { title: "a location", output: "Location: /a?b\n\n", block: { location: "/a?b" } },
  { title: "a length", output: "content-length: 012\n\nx", block: { contentLength: 12 }, rest: "x" },
  {
    title: "several Set-Cookie fields in their order",
    output: "Set-Cookie: a=1\nContent-Type: text/html\nset-cookie: b=2\nSet-Cookie: a=1\n\n",
    block: { fields: [["Set-Cookie", "a=1"], ...HTML, ["set-cookie", "b=2"], ["Set-Cookie", "a=1"]] },
  },
  {
    title: "white space around a value, and none",
    output: "A:b\nC: \t d e \t\nF:\n\n",
    block: { fields: [["A", "b"], ["C", "d e"], ["F", ""]] },
  },
  {
    title: "colons and tabs within a value",
    output: "A: b:c\td\n\n",
    block: { fields: [["A", "b:c\td"]] },
  },
  {
    title: "bytes above ASCII, also where Unicode has a space there",
    output: "A: caf\xc3\xa9 \xc3\xa0\nB: \xa0\n\n",
    block: { fields: [["A", "caf\xc3\xa9 \xc3\xa0"], ["B", "\xa0"]] },
  },
  {
    title: "the connection's fields, which are dropped",
    output: "Connection: close\nKeep-Alive: 5\nTransfer-Encoding: chunked\nUpgrade: x\nTE: x\nTrailer: x\n" +
      "Proxy-Connection: x\nDate: now\nServer: me\nA: b\n\n",
    block: { fields: [["A", "b"]] },
  },
  {
    title: "nothing but dropped fields",
    output: "Server: me\n\n",
    block: {},
  },
];

for (const { title, output, block, rest = "" } of CASES) {
  Deno.test(`HeaderBlockReader reads ${title}, whole and in pieces`, () => {
    for (const size of [output.length, 1, 2, 3, 7]) {
      assertEquals(readBlock(output, size), { block: { ...EMPTY, ...block }, rest }, `pieces of ${size}`);
    }
  });
}

const REFUSED: readonly (readonly [title: string, output: string, message: string])[] = [
  ["an empty line at once", "\nA: b\n\n", "begins with an empty line"],
  ["an empty line with CRLF at once", "\r\nA: b\r\n\r\n", "begins with an empty line"],
  ["HTML without fields", "<html>\n<p>\n\n", '"<html>" is no field'],
  ["a status line", "HTTP/1.1 200 OK\n\n", '"HTTP/1.1 200 OK" is no field'],
  ["no name", ": b\n\n", '": b" is no field'],
  ["a space before the colon", "A : b\n\n", '"A : b" is no field'],
  ["a folded line", "A: b\n c: d\n\n", '" c: d" is no field'],
  ["a name with bytes above ASCII", "\xe4: b\n\n", "is no field"],
  ["a control character in a value", "A: b\x01c\n\n", 'the value of "A" has a control character'],
  ["a NUL", "A: b\0\n\n", "control character"],
  ["a CR within a line", "A: b\rc\n\n", "control character"],
  ["two CR before the LF", "A: b\r\r\n\n", "control character"],
  ["a vertical tab at a value's end", "A: b\v\n\n", "control character"],
  ["Content-Type twice", "Content-Type: a\nContent-type: b\n\n", 'the field "Content-type" is there twice'],
  ["Status twice", "Status: 200\nStatus: 200\n\n", "twice"],
  ["Location twice", "Location: /a\nLocation: /b\n\n", "twice"],
  ["Content-Length twice", "Content-Length: 1\nContent-Length: 1\n\n", "twice"],
  ["a status that is no number", "Status: OK\n\n", '"OK" is no status'],
  ["an empty status", "Status:\n\n", '"" is no status'],
  ["a status of one digit", "Status: 2\n\n", "is no status"],
  ["a status of four digits", "Status: 2000\n\n", "is no status"],
  ["an interim status", "Status: 100 Continue\n\n", "is no status"],
  ["a status above all classes", "Status: 600\n\n", "is no status"],
  ["a length that is no number", "Content-Length: many\n\n", '"many" is no length'],
  ["a negative length", "Content-Length: -1\n\n", "is no length"],
  ["an empty length", "Content-Length:\n\n", "is no length"],
  ["a list of lengths", "Content-Length: 1, 1\n\n", "is no length"],
  ["a length that no number holds", "Content-Length: 99999999999999999999\n\n", "is no length"],
];

for (const [title, output, message] of REFUSED) {
  Deno.test(`HeaderBlockReader refuses ${title}, whole and byte by byte`, () => {
    for (const size of [output.length, 1]) {
      const error = assertThrows(() => readBlock(output, size), HttpError);
      assertEquals(error.status, 502);
      assertStringIncludes(error.message, message);
    }
  });
}

Deno.test("HeaderBlockReader waits as long as the block has no end", () => {
  for (const output of ["", "A", "A: b", "A: b\n", "A: b\r\n\r", "A: b\nC: d\n"]) {
    assertEquals(readBlock(output, 1), undefined);
  }
});

Deno.test("HeaderBlockReader does not quote more of a bad line than can be read", () => {
  const error = assertThrows(() => readBlock(`${"x".repeat(5000)}\n\n`, 5002), HttpError);
  assertEquals(error.message.length < 200, true);
});

const LIMIT = 32 * 1024;

Deno.test("HeaderBlockReader takes a block of 32 KiB and refuses one more byte, whole and in pieces", () => {
  const ofSize = (size: number) => `A: ${"x".repeat(size - 5)}\n\n`;
  for (const piece of [1000, LIMIT, 2 * LIMIT]) {
    assertEquals(readBlock(ofSize(LIMIT) + "rest", piece)?.rest, "rest");
    assertThrows(() => readBlock(ofSize(LIMIT + 1), piece), HttpError, "within 32768 bytes");
  }
});

Deno.test("HeaderBlockReader refuses many lines without an end as well as one", () => {
  for (const output of ["A: b\n".repeat(LIMIT / 5 + 1), "x".repeat(LIMIT + 1)]) {
    assertThrows(() => readBlock(output, 4096), HttpError, "within 32768 bytes");
  }
});

Deno.test("HeaderBlockReader does not count what comes behind the block", () => {
  assertEquals(readBlock(`A: b\n\n${"x".repeat(2 * LIMIT)}`, 3 * LIMIT)?.rest.length, 2 * LIMIT);
});

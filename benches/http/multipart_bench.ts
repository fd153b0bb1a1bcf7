/**
 * multipart/form-data: content with ever more in it that looks like a boundary, cut into pieces of several sizes.
 *
 * @module
 */
import { encodeLatin1 } from "../../lib/bytes/latin1.ts";
import { parseFormDisposition } from "../../lib/http/content_disposition.ts";
import { HttpError } from "../../lib/http/errors.ts";
import { multipartBoundary } from "../../lib/http/multipart/boundary.ts";
import { MultipartParser } from "../../lib/http/multipart/parser.ts";
import { compare, fromWire, repeat, type Subject } from "../support.ts";

const CONTENT = 64 * 1024;
const LIMITS = { partHeader: 8192, parts: 1000 };

/** What a browser chooses, and the longest that may be, all of one letter. */
const BROWSER = "----WebKitFormBoundary7MA4YWxkTrZu0gW";
const LONGEST = "a".repeat(70);

interface Parsed {
  readonly parts: number;
  readonly content: number;
  readonly status: number;
}

/** Reads a body in pieces of one size. */
function parse(body: Uint8Array, boundary: string, size: number): Parsed {
  const parser = new MultipartParser(boundary, LIMITS);
  const parsed = { parts: 0, content: 0, status: 200 };
  try {
    for (let at = 0; at <= body.length; at += size) {
      if (at === body.length) parser.endOfInput();
      else parser.push(body.subarray(at, at + size));
      for (let event = parser.next(); event.type !== "need data"; event = parser.next()) {
        if (event.type === "part") parsed.parts++;
        else if (event.type === "data") parsed.content += event.bytes.length;
        else if (event.type === "end") return parsed;
      }
    }
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    parsed.status = error.status;
  }
  return parsed;
}

const part = (boundary: string, content: string, fields = 'Content-Disposition: form-data; name="a"\r\n') =>
  `--${boundary}\r\n${fields}\r\n${content}\r\n`;

/** One file of 64 KiB, made of one piece again and again. */
function file(piece: string, boundary = BROWSER, size = CONTENT): Subject {
  const content = piece.repeat(Math.ceil(CONTENT / piece.length)).slice(0, CONTENT - 1) + "x";
  const body = encodeLatin1(`${part(boundary, content)}--${boundary}--\r\n`);
  return [() => parse(body, boundary, size), { parts: 1, content: CONTENT, status: 200 }];
}

/** A delimiter that is wrong in its last byte but one: what compares it from either end finds out late. */
const nearly = (boundary: string) => `\r\n--${boundary.slice(0, -2)}!${boundary.at(-1)}`;

compare("a file of 64 KiB in a form", {
  "text": file("The quick brown fox jumps over the lazy dog.\n"),
  "zeros": file("\0"),
  "nothing but CR": file("\r"),
  "nothing but line ends": file("\r\n"),
  "nearly the boundary, again and again": file(nearly(BROWSER)),
  "nearly the longest boundary, again and again": file(nearly(LONGEST), LONGEST),
  "the letter that the longest boundary is made of": file("a", LONGEST),
  "text, in pieces of 1 KiB": file("The quick brown fox jumps over the lazy dog.\n", BROWSER, 1024),
  "text, a byte at a time": file("The quick brown fox jumps over the lazy dog.\n", BROWSER, 1),
  "nearly the boundary, a byte at a time": file(nearly(BROWSER), BROWSER, 1),
  "nearly the boundary, 38 bytes at a time": file(nearly(BROWSER), BROWSER, 38),
});

function form(text: string, expected: Parsed, size = Infinity): Subject {
  const body = encodeLatin1(text);
  return [() => parse(body, BROWSER, Math.min(size, body.length)), expected];
}

const END = `--${BROWSER}--\r\n`;
const manyFields = repeat(
  LIMITS.partHeader / 8 - 1,
  (index) => `A: ${index % 1000 + 1000}`.slice(0, 6) + "\r\n",
);
const longValue = `A: ${"v".repeat(LIMITS.partHeader - 7)}\r\n`;

compare("a form's parts", {
  "one with a short value": form(part(BROWSER, "value") + END, { parts: 1, content: 5, status: 200 }),
  "1,000 with short values": form(part(BROWSER, "value").repeat(1000) + END, {
    parts: 1000,
    content: 5000,
    status: 200,
  }),
  "1,000 empty ones without fields": form(part(BROWSER, "", "").repeat(1000) + END, {
    parts: 1000,
    content: 0,
    status: 200,
  }),
  "refused: 1,001": form(part(BROWSER, "value").repeat(1001) + END, {
    parts: 1000,
    content: 5000,
    status: 413,
  }),
  "one with 1,000 fields": form(part(BROWSER, "", manyFields) + END, { parts: 1, content: 0, status: 200 }),
  "one with a field of 8 KiB": form(part(BROWSER, "", longValue) + END, {
    parts: 1,
    content: 0,
    status: 200,
  }),
  "one with a field of 8 KiB, a byte at a time": form(
    part(BROWSER, "", longValue) + END,
    { parts: 1, content: 0, status: 200 },
    1,
  ),
  "refused: 64 KiB of a field": form(part(BROWSER, "", `A: ${"v".repeat(CONTENT)}\r\n`) + END, {
    parts: 0,
    content: 0,
    status: 413,
  }),
});

function disposed(value: string, fileName: string | undefined): Subject {
  const sent = fromWire(value);
  return [() => parseFormDisposition(sent)?.fileName, fileName];
}

const NAMED = 'form-data; name="a"; filename';

compare("Content-Disposition", {
  "a plain name": disposed(`${NAMED}="photo.jpg"`, "photo.jpg"),
  "an encoded name": disposed(`${NAMED}*=UTF-8''caf%C3%A9.jpg`, "café.jpg"),
  "a name in 400 pieces": disposed(
    `form-data; name="a"${repeat(400, (index) => `; filename*${index}=b`)}`,
    "b".repeat(400),
  ),
  "8 KiB of escapes": disposed(`${NAMED}*=UTF-8''${"%61".repeat(2600)}`, "a".repeat(2600)),
  "8 KiB of backslashes": disposed(`${NAMED}="${"\\\\".repeat(4000)}"`, "\\".repeat(4000)),
  "refused: 8 KiB of semicolons": disposed(`${NAMED}${";".repeat(8000)}x`, undefined),
  "refused: 8 KiB without a quote at the end": disposed(`${NAMED}="${"\\a".repeat(4000)}`, undefined),
});

function bounded(value: string, expected: string | undefined): Subject {
  const sent = fromWire(value);
  return [() => multipartBoundary(sent), expected];
}

compare("the boundary in Content-Type", {
  "a browser's": bounded(`multipart/form-data; boundary=${BROWSER}`, BROWSER),
  "quoted": bounded(`multipart/form-data; boundary="a b c"`, "a b c"),
  "8 KiB of parameters before it": bounded(
    `multipart/form-data${repeat(800, (index) => `; a${index}=b`)}; boundary=${BROWSER}`,
    BROWSER,
  ),
  "refused: 32 KiB of it": bounded(`multipart/form-data; boundary=${"b".repeat(32_000)}`, undefined),
});

/**
 * Bodies of requests, from their bytes to the content: the same content with ever more framing around it.
 *
 * @module
 */
import { DEFAULTS } from "../../lib/config/defaults.ts";
import { MAX_CHUNK_EXTENSION } from "../../lib/http1/limits.ts";
import { compare, repeat } from "../support.ts";
import { onConnection } from "./feeding.ts";

const CONTENT = 16 * 1024;
const HEAD = "POST / HTTP/1.1\r\nHost: a.test\r\n";
const CHUNKED = `${HEAD}Transfer-Encoding: chunked\r\n\r\n`;
const EXPECTED = { fields: 2, body: CONTENT };

/** All of the content in chunks of one size. */
function chunks(size: number, extension = ""): string {
  const chunk = `${size.toString(16)}${extension}\r\n${"c".repeat(size)}\r\n`;
  return `${CHUNKED}${chunk.repeat(CONTENT / size)}0\r\n`;
}

const trailers = repeat(DEFAULTS.limits.headerCount, (index) => `Trailer-${index}: ${"t".repeat(100)}\r\n`);

compare("a body of 16 KiB", {
  "one chunk": onConnection(`${chunks(CONTENT)}\r\n`, EXPECTED),
  "with its length": onConnection(
    `${HEAD}Content-Length: ${CONTENT}\r\n\r\n${"c".repeat(CONTENT)}`,
    EXPECTED,
  ),
  "chunks of 1 KiB": onConnection(`${chunks(1024)}\r\n`, EXPECTED),
  "chunks of 1 byte": onConnection(`${chunks(1)}\r\n`, EXPECTED),
  "chunks of 1 byte, each with an extension": onConnection(`${chunks(1, ';name="value"')}\r\n`, EXPECTED),
  "chunks of 1 KiB, each with the longest extension": onConnection(
    `${chunks(1024, `;n="${"e".repeat(MAX_CHUNK_EXTENSION - 10)}"`)}\r\n`,
    EXPECTED,
  ),
  "chunks of 1 byte, a byte at a time": onConnection(`${chunks(1)}\r\n`, EXPECTED, 1),
  "one chunk and 100 trailers": onConnection(`${chunks(CONTENT)}${trailers}\r\n`, EXPECTED),
});

// The same number of bytes each: what grows faster than its length shows.
const dripped = (count: number, fields: number) =>
  onConnection(
    `${CHUNKED}0\r\n${
      repeat(fields, (index) => `Trailer-${String(index).padStart(2, "0")}: ${"t".repeat(300)}\r\n`)
    }\r\n`.repeat(count),
    { requests: count, fields: 2 * count },
    1,
  );

compare("a slow drip, 31 KiB of trailers", {
  "10 sections of 3 KiB, a byte at a time": dripped(10, 10),
  "1 section of 31 KiB, a byte at a time": dripped(1, 100),
});

/**
 * Runs the cases of this folder (see README.md), each in every way in which bytes can arrive.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { type Http2Case, readHttp2Cases } from "./cases.ts";
import { projection, textsOf } from "./driver.ts";
import { Notation } from "./notation.ts";
import { runCase } from "./run_case.ts";

const cases = readHttp2Cases();

for (const http2Case of cases) {
  Deno.test(`http2: ${http2Case.document}: ${http2Case.title}`, () => {
    const { lines, driver } = runCase(http2Case, (bytes) => [bytes]);
    assertMatches(textsOf(lines), http2Case.expected);
    if (http2Case.isWholeOnly) return;
    for (const size of [1, 7]) {
      const cut = runCase(http2Case, (bytes) => piecesOf(bytes, size)).lines;
      assertEquals(projection(cut), projection(lines), `in pieces of ${size}`);
    }
    if (!driver.connection.isInHead && !endsInput(http2Case)) checkWithFrameBehind(http2Case, textsOf(lines));
  });
}

function* piecesOf(bytes: Uint8Array, size: number): Iterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** Lines are as expected; "..." stands for any number of them. */
function assertMatches(lines: readonly string[], expected: readonly string[]): void {
  const gap = expected.indexOf("...");
  if (gap < 0) return assertEquals(lines, expected);
  const behind = expected.length - gap - 1;
  assert(lines.length >= expected.length - 1, lines.slice(-20).join("\n"));
  assertEquals([...lines.slice(0, gap), "...", ...lines.slice(lines.length - behind)], expected);
}

function endsInput({ steps }: Http2Case): boolean {
  return steps.includes("! end");
}

const BEHIND = new Notation().bytesOf('PING "bytes..."');
const ANSWER = '< PING ACK "bytes..."';

/** What is told already does not change by what comes later, and nothing comes after the end. */
function checkWithFrameBehind(http2Case: Http2Case, lines: readonly string[]): void {
  const { lines: more, driver } = runCase(http2Case, (bytes) => [bytes], BEHIND);
  const texts = textsOf(more);
  if (driver.connection.error !== undefined) return assertEquals(texts, lines, "with a frame behind the end");
  // In the middle of a frame its bytes belong to that.
  if (texts.at(-1) !== ANSWER) return;
  assertEquals(texts.slice(0, -1), lines, "with a frame behind it");
}

Deno.test("the cases of HTTP/2 have titles of their own, and each names its section", () => {
  const titles = cases.map(({ document, title }) => `${document}: ${title}`);
  assertEquals(titles.filter((title, i) => titles.indexOf(title) !== i), []);
  assertEquals(titles.filter((title) => !/: (RFC \d+ )?\d+(\.\d+)* /.test(title)), []);
  assert(cases.length >= 250, `There are ${cases.length} cases`);
});

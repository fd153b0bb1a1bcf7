/**
 * lib/http2/hpack as a target: any bytes, as header blocks of one connection, end in fields or in one failure, however
 * they are cut, and in exactly the fields and the table that a second reading of RFC 7541 finds.
 *
 * @module
 */
import { type BlockLimits, DEFAULT_LIMITS, readBlockCases } from "../../tests/http2/hpack/cases.ts";
import { Driver } from "../../tests/http2/hpack/driver.ts";
import { unescapeBytes } from "../../tests/wire/escape.ts";
import { boundaries, ReferenceDecoder } from "./hpack_reference.ts";
import { concat, cutAtRandom } from "./pieces.ts";
import type { Random } from "./random.ts";
import type { FuzzTarget } from "./target.ts";

const WORDS = String.raw`
\x80|\x82|\x84|\x87|\x88|\x90|\xbd|\xbe|\xbf|\xc0|\xc1|\xff\0|\xff\x80|\xff\x80\x80\x80\x80\x80|\xff\xff\xff\xff\xff\x07|\x7f|\x0f
\x20|\x21|\x3f|\x3f\xe1\x1f|\x3f\xe2\x1f|\x3f\x45|\x3f\x01|\x3f\x81\x3f|\x7f\x80\x80\x80\x80\0|\x7f\x81\x01|\0|\x01|\x10|\x40|\x41|\x44|\x60
\0\x01a\x01b|\x40\x01a\x01b|\x10\x01a\0|\x40\x01a\x20\{32 b}|\x7e\x01c|\x7f\0\x01d|\x0f\x2f\x01e|\x0f\x80\0\0|\x44\x01/|\x60\x01c
\x81\x1f|\x82\x1f\xff|\x81\xff|\x84\xff\xff\xff\xff|\x83\x18\xc6?|\x87\xff\xff\xfb\xbf\xff\xff\xfc|\x8c\xf1\xe3\xc2\xe5\xf2:k\xa0\xab\x90\xf4\xff
\x40\x83\x18\xc7?\x84\x18\xc61\xff|\x81\x18|\x81\x1e|\x85\x1f\xff\xff\xff\xe3|\{40 \xbe}|\{9 \x40\0\x01a}|\{300 \x90}|\{20 \x82\x84}`;

/** Limits that short inputs reach. */
const ALL_LIMITS: readonly BlockLimits[] = [
  DEFAULT_LIMITS,
  DEFAULT_LIMITS,
  { requestLine: 20, headerFields: 150, headerCount: 4, blockBytes: 400 },
  { requestLine: 100, headerFields: 1000, headerCount: 20, blockBytes: 20 },
  { requestLine: Infinity, headerFields: Infinity, headerCount: Infinity, blockBytes: Infinity },
];

const SIZES = [0, 20, 34, 100, 300, 4095, 4096, 4097, 8192];

/** Reads the cases of header blocks, so it needs permission to read tests/http2. */
export function hpackTarget(): FuzzTarget {
  return {
    name: "hpack",
    seeds: readBlockCases().map(({ blocks }) => concat(blocks.map(({ bytes }) => bytes))),
    dictionary: WORDS.split(/[|\n]/).filter((word) => word !== "").map(unescapeBytes),
    check,
  };
}

/** Most blocks are short ones, or the reference would have time for few of them. */
const SHORT = 500;

function check(whole: Uint8Array, random: Random): string {
  const input = random.oneIn(100) ? whole : whole.subarray(0, SHORT);
  const limits = random.pick(ALL_LIMITS);
  const driver = new Driver(limits), reference = new ReferenceDecoder(limits);
  let state = "";
  for (const block of cutIntoBlocks(input, random)) {
    while (random.oneIn(6)) {
      const size = random.pick(SIZES);
      driver.decoder.setMaxTableSize(size);
      reference.acknowledge(size);
    }
    const expected = reference.decode(block);
    const pieces = random.oneIn(3) || block.length === 0 ? [block] : cutAtRandom(block, random);
    const lines = driver.feed(pieces);
    expectSame(expected, lines);
    state = `${stateOf(lines)} ${Math.clz32(lines.length)} ${Math.clz32(driver.decoder.table.count)}`;
    if (!state.startsWith("whole")) break;
  }
  return state;
}

function stateOf(lines: readonly string[]): string {
  return lines.findLast((line) => /^(whole|excessive|compression error)/.test(line)) ?? "";
}

/** One block, or several that begin where a field does. */
function cutIntoBlocks(input: Uint8Array, random: Random): Uint8Array[] {
  const ends = boundaries(input);
  const cuts = Array.from({ length: random.below(5) }, () => random.pick([0, ...ends])).sort((a, b) => a - b);
  return [0, ...cuts].map((start, index) => input.subarray(start, cuts[index] ?? input.length));
}

function expectSame(expected: readonly string[], lines: readonly string[]): void {
  const text = lines.join("\n"), other = expected.join("\n");
  if (text !== other) throw new Error(`The fields are others:\n${text}\n--- for the reference:\n${other}`);
}

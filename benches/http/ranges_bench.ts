/**
 * The field Range, as clients send it and as attackers do.
 *
 * @module
 */
import { byterangesParts } from "../../lib/http/multipart/byteranges.ts";
import { type ByteRange, MAX_RANGES, parseRange } from "../../lib/http/ranges.ts";
import { compare, fromWire, type Subject } from "../support.ts";

const SIZE = 1_000_000;
/** As long as a field can be. */
const LONG = 32_000;

type Pair = readonly [start: number, end: number];

function reads(value: string, expected: readonly Pair[] | "unsatisfiable" | undefined): Subject {
  const sent = fromWire(value);
  const ranges = typeof expected === "object" ? expected.map(([start, end]) => ({ start, end })) : expected;
  return [() => parseRange(sent, SIZE), ranges];
}

const list = (count: number, spec: (index: number) => string) =>
  `bytes=${Array.from({ length: count }, (_, index) => spec(index)).join(",")}`;

const apart: readonly ByteRange[] = Array.from(
  { length: MAX_RANGES },
  (_, index) => ({ start: index * 100, end: index * 100 + 10 }),
);
const apartPairs = apart.map(({ start, end }): Pair => [start, end]);

compare("Range", {
  "one range": reads("bytes=0-99", [[0, 100]]),
  "the last bytes": reads("bytes=-100", [[SIZE - 100, SIZE]]),
  "16 ranges": reads(list(MAX_RANGES, (i) => `${i * 100}-${i * 100 + 9}`), apartPairs),
  "16 ranges, from the last to the first": reads(
    list(MAX_RANGES, (i) => `${(15 - i) * 100}-${(15 - i) * 100 + 9}`),
    apartPairs.toReversed(),
  ),
  "16 ranges, each in the one before": reads(list(MAX_RANGES, (i) => `${i}-${1000 - i}`), [[0, 1001]]),
  "15 ranges, and one over all of them": reads(
    list(MAX_RANGES, (i) => i < 15 ? `${i * 100}-${i * 100 + 9}` : "0-"),
    [[0, SIZE]],
  ),
  "16 ranges behind the end": reads(list(MAX_RANGES, (i) => `${SIZE + i}-`), "unsatisfiable"),
  "ignored: 10,000 ranges": reads(list(10_000, () => "0-"), undefined),
  "ignored: 32 KiB of commas": reads(`bytes=${",".repeat(LONG)}`, undefined),
  "ignored: 32 KiB of blanks": reads(`bytes=${" ".repeat(LONG)}x`, undefined),
  "ignored: 32 KiB of commas and blanks": reads(`bytes=${", ".repeat(LONG / 2)}x`, undefined),
  "ignored: 32 KiB of digits": reads(`bytes=${"9".repeat(LONG)}`, undefined),
  "behind the end: 32 KiB of digits": reads(`bytes=${"9".repeat(LONG)}-`, "unsatisfiable"),
});

const framed = (ranges: readonly ByteRange[]): Subject => [
  () => byterangesParts(ranges, SIZE, "text/plain", "boundary").parts.length,
  ranges.length,
];

compare("the frame of a multipart/byteranges body", {
  "2 ranges": framed(apart.slice(0, 2)),
  "16 ranges": framed(apart),
});

/**
 * Byte ranges (RFC 9110 section 14). A Range that is malformed, has another unit than bytes or names more than
 * MAX_RANGES ranges is to be ignored, so that the whole content is sent. Ranges that overlap or touch become one: no
 * request makes us send a byte twice (section 17.15).
 *
 * @module
 */

/** Bytes from `start` up to but not including `end`; never empty. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** More ranges in one request than this are taken for an attack. */
export const MAX_RANGES = 16;

const UNIT = /^bytes=/i;
// The list may have empty elements (section 5.6.1.2); they are skipped with the blanks before a range, all at once.
// Every alternative starts with another character: linear time.
const NEXT = /[ \t,]*(?:([0-9]*)-([0-9]*)[ \t]*)?(?:,|$)/y;

/**
 * The ranges that the field Range asks for, in the order of their first appearance. Those that lie behind the end are
 * dropped; it is `unsatisfiable`, a 416, if none is left. Undefined: ignore the field.
 */
export function parseRange(value: string, size: number): ByteRange[] | "unsatisfiable" | undefined {
  if (!UNIT.test(value)) return undefined;
  const ranges: ByteRange[] = [];
  let specs = 0;
  NEXT.lastIndex = "bytes=".length;
  while (NEXT.lastIndex < value.length) {
    const match = NEXT.exec(value);
    if (match === null) return undefined;
    const first = match[1];
    const last = match[2];
    if (first === undefined || last === undefined) continue;
    if (++specs > MAX_RANGES) return undefined;
    const range = rangeOf(first, last, size);
    if (range === undefined) return undefined;
    if (range.start < range.end) merge(ranges, range);
  }
  if (specs === 0) return undefined;
  return ranges.length === 0 ? "unsatisfiable" : ranges;
}

/** The value of Content-Range for a 206. */
export function contentRange(range: ByteRange, size: number): string {
  return `bytes ${range.start}-${range.end - 1}/${size}`;
}

/** The value of Content-Range for a 416. */
export function unsatisfiedRange(size: number): string {
  return `bytes */${size}`;
}

/** One range-spec; empty if it cannot be satisfied, undefined if it is malformed. */
function rangeOf(first: string, last: string, size: number): ByteRange | undefined {
  if (first === "") {
    return last === "" ? undefined : { start: size - Math.min(position(last), size), end: size };
  }
  const start = position(first);
  if (last === "") return { start: Math.min(start, size), end: size };
  const end = position(last);
  if (end < start) return undefined;
  return { start: Math.min(start, size), end: Math.min(end + 1, size) };
}

// No file is as long as the largest exact number, so clamping to it changes no answer.
function position(digits: string): number {
  return Math.min(Number(digits), Number.MAX_SAFE_INTEGER);
}

/** Puts a range in place of the first that it touches, or at the end. No two of the list touch, before or after. */
function merge(ranges: ByteRange[], added: ByteRange): void {
  let { start, end } = added;
  let place = ranges.length;
  for (let i = ranges.length - 1; i >= 0; i--) {
    const range = ranges[i]!;
    if (range.end < added.start || range.start > added.end) continue;
    start = Math.min(start, range.start);
    end = Math.max(end, range.end);
    ranges.splice(i, 1);
    place = i;
  }
  ranges.splice(place, 0, { start, end });
}

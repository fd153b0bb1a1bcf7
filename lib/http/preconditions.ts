/**
 * Conditional requests (RFC 9110 section 13): gives a verdict and writes nothing. Dates that are none are ignored, as
 * the RFC asks. Of a list of entity tags that is malformed nothing is guessed: a malformed If-Match fails; a malformed
 * If-None-Match matches nothing for GET and HEAD, so that the content is sent, and fails for every other method, so
 * that nothing is overwritten that the client wanted guarded.
 *
 * @module
 */
import { parseHttpDate } from "./date.ts";
import { type EntityTag, parseEntityTag, parseEntityTagList, strongMatch, weakMatch } from "./etag.ts";
import type { Clock } from "../ports.ts";
import type { FieldBlock } from "./fields.ts";

/** The validators of what is at the target now. */
export interface Validators {
  /** As in the field ETag. */
  readonly etag: string;
  /** Milliseconds since the epoch. */
  readonly modified: number;
}

/** `not modified` is a 304, `failed` a 412. */
export type Verdict = "proceed" | "not modified" | "failed";

/**
 * Takes the steps of RFC 9110 section 13.2.2. To be asked only where the answer would be a 2xx without conditions.
 *
 * @param current undefined where the target does not exist.
 * @param clock tells the century of a date with two digits for its year
 */
export function evaluatePreconditions(
  request: { readonly method: string; readonly fields: FieldBlock },
  current: Validators | undefined,
  clock: Pick<Clock, "now">,
): Verdict {
  const { method, fields } = request;
  if (!hasCondition(fields.names)) return "proceed";
  // Section 13.2.1: these select no representation.
  if (method === "OPTIONS" || method === "TRACE" || method === "CONNECT") return "proceed";
  const reading = method === "GET" || method === "HEAD";

  // 1. If-Match
  const ifMatch = fields.joined("if-match");
  if (ifMatch !== undefined) {
    if (!matches(parseEntityTagList(ifMatch), current, strongMatch)) return "failed";
  } else {
    // 2. If-Unmodified-Since
    const since = dateOf(fields, "if-unmodified-since", clock);
    if (since !== undefined && current !== undefined && seconds(current.modified) > seconds(since)) {
      return "failed";
    }
  }

  // 3. If-None-Match
  const ifNoneMatch = fields.joined("if-none-match");
  if (ifNoneMatch !== undefined) {
    // PERF: mostly it is the very tag that was sent, and needs no taking apart.
    if (reading && ifNoneMatch === current?.etag) return "not modified";
    const tags = parseEntityTagList(ifNoneMatch);
    if (tags === undefined) return reading ? "proceed" : "failed";
    if (!matches(tags, current, weakMatch)) return "proceed";
    return reading ? "not modified" : "failed";
  }

  // 4. If-Modified-Since
  if (reading && current !== undefined) {
    const since = dateOf(fields, "if-modified-since", clock);
    if (since !== undefined && seconds(current.modified) <= seconds(since)) return "not modified";
  }

  // 5. If-Range is asked separately: ifRangeHolds()
  return "proceed";
}

/**
 * Whether the field Range counts (RFC 9110 section 13.1.5). Without an If-Range it does.
 *
 * @param value of If-Range
 * @param dateOfResponse milliseconds of the field Date: a file changed in this very second may change in it again, so
 * its date is no strong validator yet (section 8.8.2.2).
 */
export function ifRangeHolds(
  value: string | undefined,
  current: Validators,
  dateOfResponse: number,
): boolean {
  if (value === undefined) return true;
  if (value.endsWith('"')) {
    const asked = parseEntityTag(value);
    const tag = parseEntityTag(current.etag);
    return asked !== undefined && tag !== undefined && strongMatch(asked, tag);
  }
  const date = parseHttpDate(value, dateOfResponse);
  return date !== undefined && seconds(date) === seconds(current.modified) &&
    seconds(current.modified) < seconds(dateOfResponse);
}

// PERF: nearly all requests have none of the four fields; two characters of each name tell so in one pass.
function hasCondition(names: readonly string[]): boolean {
  for (let i = 0; i < names.length; i++) {
    const name = names[i]!;
    if (name.charCodeAt(2) === 0x2d && (name.charCodeAt(0) | 0x20) === 0x69) return true;
  }
  return false;
}

function matches(
  tags: EntityTag[] | "*" | undefined,
  current: Validators | undefined,
  same: (a: EntityTag, b: EntityTag) => boolean,
): boolean {
  if (tags === undefined || current === undefined) return false;
  if (tags === "*") return true;
  const tag = parseEntityTag(current.etag);
  return tag !== undefined && tags.some((asked) => same(asked, tag));
}

// A second line of a field that is no list makes the joined text malformed, so both are ignored.
function dateOf(fields: FieldBlock, name: string, clock: Pick<Clock, "now">): number | undefined {
  const value = fields.joined(name);
  return value === undefined ? undefined : parseHttpDate(value, clock.now());
}

// Last-Modified has no finer grain.
function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}

/**
 * Conditional requests, entity tags and dates.
 *
 * @module
 */
import { formatHttpDate, parseHttpDate } from "../../lib/http/date.ts";
import { parseEntityTagList } from "../../lib/http/etag.ts";
import { FieldBlock } from "../../lib/http/fields.ts";
import { evaluatePreconditions, ifRangeHolds, type Verdict } from "../../lib/http/preconditions.ts";
import { compare, fromWire, repeat, type Subject } from "../support.ts";

const MODIFIED = Date.UTC(1994, 10, 6, 8, 49, 37);
const IMF = "Sun, 06 Nov 1994 08:49:37 GMT";
const CLOCK = { now: () => Date.UTC(2026, 10) };

const CURRENT = { etag: '"2sxr-400-lq3w1c"', modified: MODIFIED };
/** As long as a field can be. */
const LONG = 32_000;

/** A browser's fields and these. */
function evaluated(pairs: readonly (readonly [string, string])[], verdict: Verdict): Subject {
  const common = ["Host", "User-Agent", "Accept", "Accept-Encoding", "Accept-Language", "Cookie", "Referer"];
  const fields = FieldBlock.of(...[
    ...common.map((name) => [name, "value"] as const),
    ...pairs.map(([name, value]) => [fromWire(name), fromWire(value)] as const),
  ]);
  const request = { method: "GET", fields };
  return [() => evaluatePreconditions(request, CURRENT, CLOCK), verdict];
}

const tags = (count: number) => repeat(count, (index) => `"tag-${index}", `);

compare("preconditions", {
  "none": evaluated([], "proceed"),
  "If-None-Match, the same": evaluated([["If-None-Match", CURRENT.etag]], "not modified"),
  "If-None-Match, another": evaluated([["If-None-Match", '"another"']], "proceed"),
  "If-Modified-Since": evaluated([["If-Modified-Since", IMF]], "not modified"),
  "all four": evaluated([
    ["If-Match", CURRENT.etag],
    ["If-Unmodified-Since", IMF],
    ["If-None-Match", '"another"'],
    ["If-Modified-Since", IMF],
  ], "proceed"),
  "If-None-Match, 100 tags, the last is it": evaluated(
    [["If-None-Match", tags(99) + CURRENT.etag]],
    "not modified",
  ),
  "If-None-Match, 90 lines": evaluated(
    Array.from({ length: 90 }, (_, index) => ["If-None-Match", `"tag-${index}"`] as const),
    "proceed",
  ),
  "90 fields with names as long as If-None-Match": evaluated(
    Array.from({ length: 90 }, (_, index) => [`If-None-Mat${index + 10}`, "value"] as const),
    "proceed",
  ),
  "If-Modified-Since, no date: 32 KiB": evaluated([["If-Modified-Since", IMF.repeat(1100)]], "proceed"),
});

const listed = (value: string, count: number | undefined): Subject => {
  const sent = fromWire(value);
  return [() => parseEntityTagList(sent)?.length, count];
};

compare("a list of entity tags", {
  "one tag": listed(CURRENT.etag, 1),
  "100 tags": listed(tags(100), 100),
  "32 KiB of empty tags": listed('"",'.repeat(LONG / 4), LONG / 4),
  "refused: 32 KiB of commas": listed(",".repeat(LONG), undefined),
  "refused: 32 KiB of blanks behind a tag": listed(`""${" ".repeat(LONG)}x`, undefined),
  "refused: 32 KiB without a quote at the end": listed(`"${"x".repeat(LONG)}`, undefined),
});

const dated = (text: string, expected: number | undefined): Subject => {
  const sent = fromWire(text);
  return [() => parseHttpDate(sent, CLOCK.now()), expected];
};

compare("a date", {
  "IMF-fixdate": dated(IMF, MODIFIED),
  "asctime": dated("Sun Nov  6 08:49:37 1994", MODIFIED),
  "RFC 850": dated("Sunday, 06-Nov-94 08:49:37 GMT", MODIFIED),
  "no date": dated("Sun, 06 Nov 1994 08:49:37 CET", undefined),
  "no day": dated("Sun, 31 Feb 1994 08:49:37 GMT", undefined),
  "written": [() => formatHttpDate(MODIFIED), IMF],
});

const held = (value: string | undefined, expected: boolean): Subject => [
  () => ifRangeHolds(value, CURRENT, MODIFIED + 60_000),
  expected,
];

compare("If-Range", {
  "none": held(undefined, true),
  "the tag": held(fromWire(CURRENT.etag), true),
  "a weak tag": held(fromWire(`W/${CURRENT.etag}`), false),
  "the date": held(fromWire(IMF), true),
  "32 KiB with a quote at the end": held(fromWire(`${"x".repeat(LONG)}"`), false),
});

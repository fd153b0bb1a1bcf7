import { assertEquals } from "@std/assert";
import { formatHttpDate } from "../../lib/http/date.ts";
import { FieldBlock } from "../../lib/http/fields.ts";
import {
  evaluatePreconditions,
  ifRangeHolds,
  type Validators,
  type Verdict,
} from "../../lib/http/preconditions.ts";

const MODIFIED = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const FILE: Validators = { etag: '"v1"', modified: MODIFIED };
const SAME = formatHttpDate(MODIFIED);
const BEFORE = formatHttpDate(MODIFIED - 1000);
const AFTER = formatHttpDate(MODIFIED + 1000);

type Row = [method: string, fields: [string, string][], current: Validators | undefined, expected: Verdict];

function check(rows: Row[]): void {
  for (const [method, pairs, current, expected] of rows) {
    // As parsers make them, which let names pass that of() refuses.
    const fields = new FieldBlock(pairs.map(([name]) => name), pairs.map(([, value]) => value));
    const verdict = evaluatePreconditions({ method, fields }, current, { now: () => Date.UTC(2026, 10) });
    assertEquals(verdict, expected, `${method} ${JSON.stringify(pairs)} ${current?.etag}`);
  }
}

Deno.test("evaluatePreconditions() proceeds without a condition", () => {
  check([
    ["GET", [], FILE, "proceed"],
    ["GET", [["Host", "a"], ["I", "b"], ["", "c"], ["If-Range", '"v2"']], FILE, "proceed"],
    ["PUT", [], undefined, "proceed"],
  ]);
});

Deno.test("evaluatePreconditions() compares If-Match strongly", () => {
  check([
    ["GET", [["If-Match", '"v1"']], FILE, "proceed"],
    ["GET", [["if-match", '"v2"']], FILE, "failed"],
    ["PUT", [["IF-MATCH", '"v0", "v1"']], FILE, "proceed"],
    ["PUT", [["If-Match", '"v0"'], ["If-Match", '"v1"']], FILE, "proceed"],
    ["PUT", [["If-Match", 'W/"v1"']], FILE, "failed"],
    ["PUT", [["If-Match", '"v1"']], { ...FILE, etag: 'W/"v1"' }, "failed"],
    ["PUT", [["If-Match", "*"]], FILE, "proceed"],
    ["PUT", [["If-Match", "*"]], undefined, "failed"],
    ["DELETE", [["If-Match", '"v1"']], undefined, "failed"],
    ["PUT", [["If-Match", "v1"]], FILE, "failed"],
    ["PUT", [["If-Match", ""]], FILE, "failed"],
  ]);
});

Deno.test("evaluatePreconditions() asks If-Unmodified-Since only without If-Match", () => {
  check([
    ["PUT", [["If-Unmodified-Since", SAME]], FILE, "proceed"],
    ["PUT", [["If-Unmodified-Since", AFTER]], FILE, "proceed"],
    ["PUT", [["If-Unmodified-Since", BEFORE]], FILE, "failed"],
    ["GET", [["If-Unmodified-Since", BEFORE]], FILE, "failed"],
    ["PUT", [["If-Unmodified-Since", BEFORE]], undefined, "proceed"],
    ["PUT", [["If-Unmodified-Since", "yesterday"]], FILE, "proceed"],
    ["PUT", [["If-Unmodified-Since", BEFORE], ["If-Unmodified-Since", BEFORE]], FILE, "proceed"],
    ["PUT", [["If-Match", '"v1"'], ["If-Unmodified-Since", BEFORE]], FILE, "proceed"],
    ["PUT", [["If-Match", '"v2"'], ["If-Unmodified-Since", AFTER]], FILE, "failed"],
  ]);
});

Deno.test("evaluatePreconditions() compares If-None-Match weakly", () => {
  check([
    ["GET", [["If-None-Match", '"v1"']], FILE, "not modified"],
    ["HEAD", [["If-None-Match", 'W/"v1"']], FILE, "not modified"],
    ["GET", [["If-None-Match", '"v2", W/"v1"']], FILE, "not modified"],
    ["GET", [["If-None-Match", '"v2"'], ["If-None-Match", '"v1"']], FILE, "not modified"],
    ["GET", [["If-None-Match", '"v2"']], FILE, "proceed"],
    ["GET", [["If-None-Match", "*"]], FILE, "not modified"],
    ["PUT", [["If-None-Match", "*"]], FILE, "failed"],
    ["PUT", [["If-None-Match", '"v1"']], FILE, "failed"],
    ["PUT", [["If-None-Match", "*"]], undefined, "proceed"],
    ["PUT", [["If-None-Match", '"v1"']], undefined, "proceed"],
  ]);
});

Deno.test("evaluatePreconditions() guesses nothing of a malformed If-None-Match", () => {
  check([
    ["GET", [["If-None-Match", "v1"]], FILE, "proceed"],
    ["GET", [["If-None-Match", '"v1", oops']], FILE, "proceed"],
    ["GET", [["If-None-Match", "oops"], ["If-Modified-Since", SAME]], FILE, "proceed"],
    ["PUT", [["If-None-Match", "oops"]], FILE, "failed"],
    ["PUT", [["If-None-Match", '*, "v2"']], undefined, "failed"],
  ]);
});

Deno.test("evaluatePreconditions() asks If-Modified-Since only of a GET or HEAD without If-None-Match", () => {
  check([
    ["GET", [["If-Modified-Since", SAME]], FILE, "not modified"],
    ["HEAD", [["If-Modified-Since", AFTER]], FILE, "not modified"],
    ["GET", [["If-Modified-Since", BEFORE]], FILE, "proceed"],
    ["GET", [["If-Modified-Since", "Fri, 02 Jan 2026 03:04:05 CET"]], FILE, "proceed"],
    ["GET", [["If-Modified-Since", SAME], ["If-Modified-Since", SAME]], FILE, "proceed"],
    ["GET", [["If-Modified-Since", SAME]], undefined, "proceed"],
    ["PUT", [["If-Modified-Since", SAME]], FILE, "proceed"],
    ["GET", [["If-None-Match", '"v2"'], ["If-Modified-Since", SAME]], FILE, "proceed"],
    ["GET", [["If-None-Match", '"v1"'], ["If-Modified-Since", BEFORE]], FILE, "not modified"],
  ]);
});

Deno.test("evaluatePreconditions() goes on to the second pair when the first holds", () => {
  check([
    ["GET", [["If-None-Match", '"v1"'], ["If-Match", '"v1"']], FILE, "not modified"],
    ["GET", [["If-None-Match", '"v1"'], ["If-Match", '"v2"']], FILE, "failed"],
    ["GET", [["If-Unmodified-Since", SAME], ["If-Modified-Since", SAME]], FILE, "not modified"],
    ["GET", [["If-Unmodified-Since", BEFORE], ["If-Modified-Since", SAME]], FILE, "failed"],
  ]);
});

Deno.test("evaluatePreconditions() ignores conditions on methods that select nothing", () => {
  for (const method of ["OPTIONS", "TRACE", "CONNECT"]) {
    check([[method, [["If-Match", '"v2"'], ["If-None-Match", "*"]], FILE, "proceed"]]);
  }
});

Deno.test("ifRangeHolds() compares tags strongly", () => {
  const table: [string | undefined, boolean][] = [
    [undefined, true],
    ['"v1"', true],
    ['"v2"', false],
    ['W/"v1"', false],
    ["*", false],
    ["v1", false],
    ["", false],
    ['"v0", "v1"', false],
  ];
  for (const [value, expected] of table) {
    assertEquals(ifRangeHolds(value, FILE, MODIFIED + 60_000), expected, value);
  }
  assertEquals(ifRangeHolds('W/"v1"', { ...FILE, etag: 'W/"v1"' }, MODIFIED + 60_000), false);
  assertEquals(ifRangeHolds('"v1"', { ...FILE, etag: 'W/"v1"' }, MODIFIED + 60_000), false);
});

Deno.test("ifRangeHolds() takes the exact date alone, and only once its second is over", () => {
  assertEquals(ifRangeHolds(SAME, FILE, MODIFIED + 60_000), true);
  assertEquals(ifRangeHolds(BEFORE, FILE, MODIFIED + 60_000), false);
  assertEquals(ifRangeHolds(AFTER, FILE, MODIFIED + 60_000), false);
  assertEquals(ifRangeHolds("yesterday", FILE, MODIFIED + 60_000), false);
  assertEquals(ifRangeHolds(SAME, FILE, MODIFIED + 100), false);
  assertEquals(ifRangeHolds(SAME, FILE, MODIFIED + 1000), true);
  assertEquals(ifRangeHolds(SAME, FILE, MODIFIED - 60_000), false);
});

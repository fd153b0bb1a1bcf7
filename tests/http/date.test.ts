import { assertEquals, assertThrows } from "@std/assert";
import { formatHttpDate, parseHttpDate } from "../../lib/http/date.ts";

const EXAMPLE = Date.UTC(1994, 10, 6, 8, 49, 37);

const NOW = Date.UTC(2026, 10);

Deno.test("formatHttpDate() writes an IMF-fixdate", () => {
  assertEquals(formatHttpDate(EXAMPLE + 999), "Sun, 06 Nov 1994 08:49:37 GMT");
  assertEquals(formatHttpDate(0), "Thu, 01 Jan 1970 00:00:00 GMT");
  assertEquals(formatHttpDate(-1000), "Wed, 31 Dec 1969 23:59:59 GMT");
  assertEquals(formatHttpDate(Date.UTC(2024, 1, 29, 23, 59, 59)), "Thu, 29 Feb 2024 23:59:59 GMT");
});

Deno.test("formatHttpDate() agrees with the runtime at any time", () => {
  for (let ms = -5e13; ms < 2.5e14; ms += 9.87654321e11) {
    assertEquals(formatHttpDate(ms), new Date(ms).toUTCString());
  }
});

Deno.test("formatHttpDate() clamps what four digits cannot say", () => {
  assertEquals(formatHttpDate(Infinity), "Fri, 31 Dec 9999 23:59:59 GMT");
  assertEquals(formatHttpDate(-Infinity), "Sat, 01 Jan 0000 00:00:00 GMT");
  assertThrows(() => formatHttpDate(NaN), RangeError);
});

Deno.test("parseHttpDate() reads all three formats", () => {
  assertEquals(parseHttpDate("Sun, 06 Nov 1994 08:49:37 GMT", NOW), EXAMPLE);
  assertEquals(parseHttpDate("Sunday, 06-Nov-94 08:49:37 GMT", Date.UTC(2026, 0)), EXAMPLE);
  assertEquals(parseHttpDate("Sun Nov  6 08:49:37 1994", NOW), EXAMPLE);
  assertEquals(parseHttpDate("Sun Nov 16 08:49:37 1994", NOW), Date.UTC(1994, 10, 16, 8, 49, 37));
});

Deno.test("parseHttpDate() reads what formatHttpDate() writes", () => {
  for (let ms = -5e13; ms < 2.5e14; ms += 9.87654321e11) {
    assertEquals(parseHttpDate(formatHttpDate(ms), NOW), Math.floor(ms / 1000) * 1000);
  }
});

Deno.test("parseHttpDate() knows leap days, leap seconds and early years", () => {
  assertEquals(parseHttpDate("Thu, 29 Feb 2024 00:00:00 GMT", NOW), Date.UTC(2024, 1, 29));
  assertEquals(parseHttpDate("Wed, 29 Feb 2023 00:00:00 GMT", NOW), undefined);
  assertEquals(parseHttpDate("Thu, 29 Feb 1900 00:00:00 GMT", NOW), undefined);
  assertEquals(parseHttpDate("Sat, 31 Dec 2016 23:59:60 GMT", NOW), Date.UTC(2017, 0, 1));
  assertEquals(parseHttpDate("Sat, 01 Jan 0050 00:00:00 GMT", NOW), Date.parse("0050-01-01T00:00:00Z"));
});

Deno.test("parseHttpDate() takes two digits for the latest year that is not 50 years ahead", () => {
  const now = Date.UTC(2026, 5, 15);
  const table: [string, number][] = [
    ["Sunday, 01-Jan-00 00:00:00 GMT", Date.UTC(2000, 0)],
    ["Sunday, 01-Jan-26 00:00:00 GMT", Date.UTC(2026, 0)],
    ["Sunday, 01-Jan-76 00:00:00 GMT", Date.UTC(2076, 0)],
    ["Sunday, 15-Jun-76 00:00:00 GMT", Date.UTC(2076, 5, 15)],
    ["Sunday, 15-Jun-76 00:00:01 GMT", Date.UTC(1976, 5, 15, 0, 0, 1)],
    ["Sunday, 01-Jan-77 00:00:00 GMT", Date.UTC(1977, 0)],
  ];
  for (const [text, expected] of table) assertEquals(parseHttpDate(text, now), expected, text);
  assertEquals(parseHttpDate("Sunday, 01-Jan-10 00:00:00 GMT", Date.UTC(2090, 0)), Date.UTC(2110, 0));
});

Deno.test("parseHttpDate() refuses what the grammar does not have", () => {
  const bad = [
    "",
    "0",
    "784111777",
    "1994-11-06T08:49:37Z",
    "06 Nov 1994 08:49:37 GMT",
    "Foo, 06 Nov 1994 08:49:37 GMT",
    "sun, 06 Nov 1994 08:49:37 GMT",
    "Sunday, 06 Nov 1994 08:49:37 GMT",
    "Sun, 06-Nov-94 08:49:37 GMT",
    "Sun, 6 Nov 1994 08:49:37 GMT",
    "Sun, 00 Nov 1994 08:49:37 GMT",
    "Sun, 31 Nov 1994 08:49:37 GMT",
    "Sun, 32 Dec 1994 08:49:37 GMT",
    "Sun, 06 nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 94 08:49:37 GMT",
    "Sun, 06 Nov 1994 24:00:00 GMT",
    "Sun, 06 Nov 1994 08:60:37 GMT",
    "Sun, 06 Nov 1994 08:49:61 GMT",
    "Sun, 06 Nov 1994 08:49:37",
    "Sun, 06 Nov 1994 08:49:37 UTC",
    "Sun, 06 Nov 1994 08:49:37 +0000",
    "Sun, 06 Nov 1994 08:49:37 GMT ",
    "Sun, 06 Nov 1994 08:49:37 GMT\n",
    "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
    "Sun Nov 6 08:49:37 1994",
    "Sun Nov 06 08:49:37 1994 GMT",
    "Sun Nov  0 08:49:37 1994",
    "Sun, ".repeat(10_000),
  ];
  for (const text of bad) assertEquals(parseHttpDate(text, NOW), undefined, text.slice(0, 60));
});

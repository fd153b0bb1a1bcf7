import { assertEquals } from "@std/assert";
import { columnsOf, cutToColumns } from "../../lib/bytes/columns.ts";

Deno.test("columnsOf() counts columns, not characters", () => {
  const cases: [string, number][] = [
    ["", 0],
    ["/index.html", 11],
    ["über", 4],
    ["u\u0308ber", 4],
    ["日本語", 6],
    ["한국어", 6],
    ["ｆｕｌｌ", 8],
    ["🎉", 2],
    ["e\u200d\u0301", 1],
    ["a…", 2],
  ];
  for (const [text, columns] of cases) assertEquals(columnsOf(text), columns, text);
});

Deno.test("cutToColumns() never takes more than there is, and parts no sign from its accents", () => {
  const cases: [string, number, string][] = [
    ["abcdef", 6, "abcdef"],
    ["abcdef", 5, "abcd…"],
    ["abcdef", 1, "…"],
    ["abcdef", 0, ""],
    ["日本語", 6, "日本語"],
    ["日本語", 5, "日本…"],
    ["日本語", 4, "日…"],
    ["日本語", 2, "…"],
    ["e\u0301e\u0301e\u0301", 2, "e\u0301…"],
    ["🎉🎉", 3, "🎉…"],
  ];
  for (const [text, columns, cut] of cases) assertEquals(cutToColumns(text, columns), cut, text);
  const long = "a日e\u0301🎉".repeat(20);
  for (let columns = 0; columns < 100; columns++) {
    const taken = columnsOf(cutToColumns(long, columns));
    assertEquals(taken <= columns && taken >= columns - 1, true, `${taken} of ${columns}`);
  }
});

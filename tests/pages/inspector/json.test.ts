import { assertEquals } from "@std/assert";
import { jsonPieces } from "../../../lib/pages/inspector/json.js";

const pretty = (text: string, cut = false) => jsonPieces(text, cut)?.map(([, piece]) => piece).join("");

Deno.test("jsonPieces() puts JSON into lines and changes nothing else", () => {
  const cases: readonly (readonly [text: string, lines: string | undefined])[] = [
    ["1", "1"],
    [' "a" ', '"a"'],
    ["[]", "[]"],
    ["[ ]", "[]"],
    ['{"a":[],"b":{}}', '{\n  "a": [],\n  "b": {}\n}'],
    ['[1,"x",[true,null]]', '[\n  1,\n  "x",\n  [\n    true,\n    null\n  ]\n]'],
    // What parsing would lose: digits, doubled keys, escapes.
    [
      '{"n":12345678901234567890.10,"n":1e5,"s":"\\u0041\\""}',
      '{\n  "n": 12345678901234567890.10,\n  "n": 1e5,\n  "s": "\\u0041\\""\n}',
    ],
    ['["{a:1}, [b]"]', '[\n  "{a:1}, [b]"\n]'],
    ["", undefined],
    ["hello", undefined],
    ["{'a':1}", undefined],
    ['{"a":1}}', undefined],
    ['{"a":1', undefined],
  ];
  for (const [text, lines] of cases) assertEquals(pretty(text), lines, text);
});

Deno.test("jsonPieces() shows what was cut as far as it goes", () => {
  const cases: readonly (readonly [text: string, lines: string | undefined])[] = [
    ['{"a":[1,2', '{\n  "a": [\n    1,\n    2'],
    ['{"a":"hel', '{\n  "a": "hel'],
    ['{"a":"hel\\', '{\n  "a": "hel\\'],
    ["[tru", "[\n  tru"],
    ["<html>", undefined],
  ];
  for (const [text, lines] of cases) assertEquals(pretty(text, true), lines, text);
});

Deno.test("jsonPieces() tells keys from values", () => {
  const kinds = jsonPieces('{"a" : "b", "c": 1, "d": null}', false)?.filter(([kind]) => kind !== "");
  assertEquals(kinds, [
    ["key", '"a"'],
    ["string", '"b"'],
    ["key", '"c"'],
    ["number", "1"],
    ["key", '"d"'],
    ["word", "null"],
  ]);
});

Deno.test("jsonPieces() takes no time that grows faster than the text, however deep or broken", () => {
  const length = 64 * 1024;
  for (
    const text of [
      "[".repeat(length),
      '"' + "\\".repeat(length),
      '{"a":'.repeat(length / 5),
      " ".repeat(length),
    ]
  ) {
    const start = performance.now();
    const found = pretty(text, true) ?? "";
    assertEquals(found.length < 64 * length, true);
    assertEquals(performance.now() - start < 1000, true, text.slice(0, 10));
  }
});

import { assertEquals } from "@std/assert";
import { holds, parseIf, tokensOf } from "../../lib/dav/if_header.ts";
import { depthOf, lockTokenOf, sentTimeOf, timeoutOf } from "../../lib/dav/dav_fields.ts";
import { FieldBlock } from "../../lib/http/fields.ts";

const NO_IF = [
  "",
  "()",
  "<http://x/>",
  "(<urn:a>",
  "<urn:a>)",
  "(urn:a)",
  "(<urn:a>) <http://x/> (<urn:b>)",
  "<http://x/> <http://y/> (<urn:b>)",
  "([no-quotes])",
  '(["a" "b"])',
  "(Not)",
  "(<relative>)",
  "(<urn:a>) x",
  "(" + "<urn:a>".repeat(201) + ")",
];

for (const value of NO_IF) {
  Deno.test(`If: ${value.slice(0, 40)} breaks the grammar`, () => assertEquals(parseIf(value), undefined));
}

Deno.test("If: one list has to hold, and in it each condition", () => {
  const state = { etag: '"e"', tokens: new Set(["urn:a"]) };
  const table: [string, boolean][] = [
    ["(<urn:a>)", true],
    ["(<urn:b>)", false],
    ["(Not <urn:b>)", true],
    ["(NOT <urn:a>)", false],
    ['(<urn:a> ["e"])', true],
    ['(<urn:a>["f"])', false],
    ['(<urn:a> Not ["f"])', true],
    ['([W/"e"])', false],
    ["(<urn:b>) (<urn:a>)", true],
    ["(<DAV:no-lock>)", false],
    ["(Not <DAV:no-lock>)", true],
    ["(<urn:b>)(Not <DAV:no-lock>)", true],
  ];
  for (const [value, expected] of table) {
    assertEquals(parseIf(value)!.some((list) => holds(list, state)), expected, value);
  }
});

Deno.test("If: lists with resources, and all the tokens", () => {
  const lists = parseIf('</a> (<urn:a> ["x"]) (<urn:b>)<http://h/b>(Not <urn:c>)')!;
  assertEquals(lists.map(({ resource }) => resource), ["/a", "/a", "http://h/b"]);
  assertEquals([...tokensOf(lists)], ["urn:a", "urn:b", "urn:c"]);
});

Deno.test("Fields: Depth, Timeout, Lock-Token and X-OC-Mtime", () => {
  const depth = (value: string) => depthOf(FieldBlock.of(["Depth", value]), 0);
  assertEquals(["0", "1", "Infinity", "2", ""].map(depth), [0, 1, "infinity", "malformed", "malformed"]);
  assertEquals(depthOf(FieldBlock.EMPTY, "infinity"), "infinity");
  const timeout = (value: string) => timeoutOf(FieldBlock.of(["Timeout", value]));
  assertEquals(
    ["Second-60", "Infinite, Second-30", "Infinite", "Second-4100000000", "Second-0", "x"].map(timeout),
    [60, 30, 3600, 3600, 1, 3600],
  );
  const token = (value: string) => lockTokenOf(FieldBlock.of(["Lock-Token", value]));
  assertEquals(["<urn:uuid:1>", "urn:uuid:1", "<>", "<a b>"].map(token), [
    "urn:uuid:1",
    undefined,
    undefined,
    undefined,
  ]);
  const time = (value: string) => sentTimeOf(FieldBlock.of(["X-OC-Mtime", value]));
  assertEquals(["1700000000", "1.5", "1e3", "x"].map(time), [1700000000000, 1500, undefined, undefined]);
});

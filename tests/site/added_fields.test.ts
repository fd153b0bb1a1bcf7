import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { type Field, FieldBlock } from "../../lib/http/fields.ts";
import { AddedFields } from "../../lib/site/added_fields.ts";

type Case = readonly [
  title: string,
  added: readonly Field[],
  response: readonly Field[],
  expected: readonly Field[],
];

const CASES: readonly Case[] = [
  ["a field", [["X-A", "1"]], [["Content-Type", "text/plain"]], [["Content-Type", "text/plain"], [
    "X-A",
    "1",
  ]]],
  ["a field to none", [["X-A", "1"]], [], [["X-A", "1"]]],
  ["several lines of one name, in their order", [["X-A", "1"], ["X-A", "2"]], [], [["X-A", "1"], [
    "X-A",
    "2",
  ]]],
  [
    "a field in the place of ours, whatever the case of its name",
    [["cache-control", "max-age=60"]],
    [["Cache-Control", "no-cache"], ["ETag", '"a"']],
    [["ETag", '"a"'], ["cache-control", "max-age=60"]],
  ],
  [
    "a field in the place of several of ours",
    [["X-A", "9"]],
    [["X-A", "1"], ["B", "2"], ["x-a", "3"]],
    [["B", "2"], ["X-A", "9"]],
  ],
  [
    "Set-Cookie to those that are there",
    [["Set-Cookie", "b=2"], ["set-cookie", "c=3"]],
    [["Set-Cookie", "a=1"]],
    [["Set-Cookie", "a=1"], ["Set-Cookie", "b=2"], ["set-cookie", "c=3"]],
  ],
  ["Vary where there is none", [["Vary", "Origin"]], [["A", "1"]], [["A", "1"], ["Vary", "Origin"]]],
  [
    "names to Vary, in its place",
    [["Vary", "Origin"]],
    [["Vary", "Accept"], ["A", "1"]],
    [["Vary", "Accept, Origin"], ["A", "1"]],
  ],
  [
    "no name to Vary that it has, whatever its case",
    [["Vary", "accept, Origin, ORIGIN"]],
    [["Vary", "Accept,Accept-Encoding"]],
    [["Vary", "Accept, Accept-Encoding, Origin"]],
  ],
  [
    "one list for several lines of Vary",
    [["Vary", "A"], ["vary", "B"]],
    [["Vary", "C"], ["X", "1"], ["Vary", "B, , D"]],
    [["Vary", "C, B, D, A"], ["X", "1"]],
  ],
  [
    "all of these at once",
    [["Vary", "Origin"], ["Set-Cookie", "b"], ["X-A", "9"]],
    [["X-A", "1"], ["Set-Cookie", "a"], ["Vary", "Accept"]],
    [["Set-Cookie", "a"], ["Vary", "Accept, Origin"], ["Set-Cookie", "b"], ["X-A", "9"]],
  ],
];

for (const [title, added, response, expected] of CASES) {
  Deno.test(`AddedFields adds ${title}`, () => {
    const block = FieldBlock.of(...response);
    assertEquals([...new AddedFields(added).addTo(block)], expected);
    assertEquals([...block], response, "the response's own block has changed");
  });
}

Deno.test("AddedFields gives the same result for the same block, and not for an equal one", () => {
  const added = new AddedFields([["X-A", "1"]]);
  const block = FieldBlock.of(["B", "2"]), equal = FieldBlock.of(["B", "2"]);
  assertStrictEquals(added.addTo(block), added.addTo(block));
  assertEquals([...added.addTo(equal)], [...added.addTo(block)]);
  assert(added.addTo(equal) !== added.addTo(block));
});

Deno.test("two locations that add different fields to one block do not share their results", () => {
  const block = FieldBlock.of(["B", "2"]);
  const first = new AddedFields([["X-A", "1"]]), second = new AddedFields([["X-A", "2"]]);
  assertEquals([first.addTo(block).get("x-a"), second.addTo(block).get("x-a")], ["1", "2"]);
  assertEquals(first.addTo(block).get("x-a"), "1");
});

Deno.test("AddedFields refuses what would split a response", () => {
  assertThrows(() => new AddedFields([["X-A", "1\r\nX-B: 2"]]), TypeError);
  assertThrows(() => new AddedFields([["X A", "1"]]), TypeError);
});

import { assertEquals } from "@std/assert";
import { FieldBlock } from "../../lib/http/fields.ts";
import { liveTag, plainConditions, tagOfUnchangedPage, unscriptedTag } from "../../lib/live/tags.ts";

Deno.test("a page's tag has a suffix, weak or strong, and what looks like it without a script has it once more", () => {
  assertEquals([liveTag('"a"'), liveTag('W/"a"')], ['"a--live"', 'W/"a--live"']);
  assertEquals([unscriptedTag('"a"'), unscriptedTag('"a--live"')], ['"a"', '"a--live--live"']);
});

Deno.test("the tag of a 304 is that of the page if that was asked for, in whatever coding", () => {
  for (
    const [asked, tag] of [
      ['"a--live"', '"a--live"'],
      ['W/"a--live"', '"a--live"'],
      ['"x", "a--live--gzip"', '"a--live"'],
      ['"a"', '"a"'],
      ["*", '"a"'],
      [undefined, '"a"'],
      ["broken", '"a"'],
    ] as const
  ) assertEquals(tagOfUnchangedPage('"a"', asked), tag, asked);
});

type Fields = Record<string, string>;

/** Method, whether it is a page, what was sent, what goes on. */
const CASES: readonly (readonly [method: string, isPage: boolean, sent: Fields, plain: Fields])[] = [
  ["GET", false, { "if-none-match": '"a--live", "b"' }, { "if-none-match": '"a", "b"' }],
  ["GET", true, { "if-none-match": '"a--live", "b"' }, { "if-none-match": '"a"' }],
  ["GET", true, { "if-none-match": 'W/"a--live"' }, { "if-none-match": 'W/"a"' }],
  ["GET", true, { "if-none-match": '"b"' }, {}],
  ["GET", true, { "if-none-match": "*" }, { "if-none-match": "*" }],
  ["GET", true, { "if-none-match": "broken" }, { "if-none-match": "broken" }],
  ["GET", false, { "if-modified-since": "x" }, { "if-modified-since": "x" }],
  ["GET", true, { "if-modified-since": "x", "if-unmodified-since": "y" }, { "if-unmodified-since": "y" }],
  ["GET", false, { range: "bytes=0-1" }, { range: "bytes=0-1" }],
  ["GET", true, { range: "bytes=0-1" }, {}],
  ["GET", false, { range: "bytes=0-1", "if-range": '"a"' }, { range: "bytes=0-1", "if-range": '"a"' }],
  ["GET", false, { range: "bytes=0-1", "if-range": '"a--live"' }, {}],
  ["PUT", true, { "if-match": '"a--live"', "if-modified-since": "x" }, {
    "if-match": '"a"',
    "if-modified-since": "x",
  }],
  ["PUT", true, { "if-none-match": '"a--live", "b"' }, { "if-none-match": '"a", "b"' }],
];

Deno.test("plainConditions() has what whoever makes the page understands", () => {
  for (const [method, isPage, sent, plain] of CASES) {
    const fields = plainConditions(FieldBlock.of(...Object.entries(sent)), method, isPage);
    assertEquals(Object.fromEntries(fields), plain, `${method} ${isPage} ${JSON.stringify(sent)}`);
  }
});

Deno.test("plainConditions() is the same block where nothing is to be changed", () => {
  const fields = FieldBlock.of(["Host", "a"], ["If-None-Match", '"b"']);
  assertEquals(plainConditions(fields, "GET", false) === fields, true);
});

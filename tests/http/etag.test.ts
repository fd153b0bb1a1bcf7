import { assertEquals, assertMatch } from "@std/assert";
import {
  fileEntityTag,
  parseEntityTag,
  parseEntityTagList,
  strongMatch,
  weakMatch,
} from "../../lib/http/etag.ts";
import { assertLinear, hostile, HOSTILE_LENGTH } from "../support/linear.ts";

const strong = (text: string) => ({ weak: false, opaque: `"${text}"` });
const weak = (text: string) => ({ weak: true, opaque: `"${text}"` });

Deno.test("parseEntityTagList() reads lists", () => {
  const table: [string, ReturnType<typeof parseEntityTagList>][] = [
    ["*", "*"],
    ['"a"', [strong("a")]],
    ['""', [strong("")]],
    ['W/"a"', [weak("a")]],
    ['"a", W/"b","c"', [strong("a"), weak("b"), strong("c")]],
    ['"a,b" , "W/"', [strong("a,b"), strong("W/")]],
    [', ,"a",, "b" ,\t', [strong("a"), strong("b")]],
    ['"\\"', [strong("\\")]],
    ['"\xe9!#~"', [strong("\xe9!#~")]],
  ];
  for (const [text, expected] of table) assertEquals(parseEntityTagList(text), expected, text);
});

Deno.test("parseEntityTagList() refuses malformed lists", () => {
  const bad = [
    "",
    ",",
    " ",
    "a",
    '"a',
    'a"',
    '"a" "b"',
    '"a""b"',
    '"a b"',
    'w/"a"',
    'W/ "a"',
    "W/a",
    '*, "a"',
  ];
  bad.push('"a", *', "**", '"a\x7f"', '"a\x00"', '"a", b', "'a'", '"a";q=1', "\xa0*");
  for (const text of bad) assertEquals(parseEntityTagList(text), undefined, text);
});

Deno.test("parseEntityTagList() takes linear time for hostile lists", () => {
  const texts = [hostile(","), hostile(" ") + "x", hostile('"a" '), hostile('"') + '"', '"' + hostile("a")];
  texts.push(hostile("W/"), '"a"' + hostile(" ") + "x");
  assertLinear(() => {
    for (const text of texts) assertEquals(parseEntityTagList(text), undefined, text.slice(0, 20));
    assertEquals(parseEntityTagList(hostile('"a",'))?.length, HOSTILE_LENGTH / 4);
  });
});

Deno.test("parseEntityTag() reads one tag and nothing else", () => {
  assertEquals(parseEntityTag('"a"'), strong("a"));
  assertEquals(parseEntityTag('W/"a"'), weak("a"));
  for (const text of ["*", "", "a", '"a", "b"', ' "a"', '"a"\n']) {
    assertEquals(parseEntityTag(text), undefined, text);
  }
});

Deno.test("strongMatch() and weakMatch() follow the table of RFC 9110 section 8.8.3.2", () => {
  const table = [
    [weak("1"), weak("1"), false, true],
    [weak("1"), weak("2"), false, false],
    [weak("1"), strong("1"), false, true],
    [strong("1"), strong("1"), true, true],
  ] as const;
  for (const [a, b, strongly, weakly] of table) {
    assertEquals(strongMatch(a, b), strongly);
    assertEquals(strongMatch(b, a), strongly);
    assertEquals(weakMatch(a, b), weakly);
  }
});

Deno.test("fileEntityTag() changes with every part of the file's state", () => {
  const state = { inode: 36, size: 37, modified: 1296, changed: 1297 };
  assertEquals(fileEntityTag(state), '"10-11-100-101"');
  assertEquals(fileEntityTag({ inode: 36, size: 37, modified: 1296 }), '"10-11-100"');
  const tags = new Set([fileEntityTag(state)]);
  for (const key of ["inode", "size", "modified", "changed"] as const) {
    tags.add(fileEntityTag({ ...state, [key]: state[key] + 1 }));
  }
  assertEquals(tags.size, 5);
});

Deno.test("fileEntityTag() makes a well-formed tag of odd numbers", () => {
  for (const odd of [0, -1, 0.5, -1234.567, 2 ** 64, 1e300]) {
    const tag = fileEntityTag({ inode: odd, size: 0, modified: odd, changed: odd });
    assertMatch(tag, /^"[0-9a-z.-]+"$/);
    assertEquals(parseEntityTag(tag), { weak: false, opaque: tag });
  }
});

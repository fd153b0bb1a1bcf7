import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { type Field, FieldBlock } from "../../lib/http/fields.ts";
import { responseHead } from "../../lib/http1/writer.ts";

/** A block written down: `A: 1, B: 2` is two lines. */
const written = (block: FieldBlock) => [...block].map(([name, value]) => `${name}: ${value}`).join(", ");

/** The head of a response with these fields, as it is sent. */
const head = (fields: FieldBlock) =>
  responseHead({
    version: "HTTP/1.1",
    status: 200,
    reason: undefined,
    fields,
    length: 0,
    chunked: false,
    keepAlive: true,
    now: 0,
  });

const THREE = FieldBlock.of(["A", 1], ["Set-Cookie", "x"], ["b", "2"]);
const DOUBLES = FieldBlock.of(["A", "1"], ["B", "2"], ["a", "3"], ["C", "4"], ["A", "5"]);
const EMPTY = FieldBlock.EMPTY;

type Case = readonly [
  title: string,
  block: FieldBlock,
  change: (block: FieldBlock) => FieldBlock,
  expected: string,
];

const CHANGES: readonly Case[] = [
  ["with() puts a new name at the end", THREE, (b) => b.with("C", 3), "A: 1, Set-Cookie: x, b: 2, C: 3"],
  [
    "with() replaces a value in its place",
    THREE,
    (b) => b.with("set-cookie", "y"),
    "A: 1, Set-Cookie: y, b: 2",
  ],
  [
    "with() replaces a value whatever the case of its name",
    THREE,
    (b) => b.with("B", "9"),
    "A: 1, Set-Cookie: x, b: 9",
  ],
  [
    "with() replaces all lines of a name in the place of the first",
    DOUBLES,
    (b) => b.with("a", "9"),
    "A: 9, B: 2, C: 4",
  ],
  ["with() may give an empty value", THREE, (b) => b.with("b", ""), "A: 1, Set-Cookie: x, b: "],
  ["with() gives an empty block its line", EMPTY, (b) => b.with("A", 1), "A: 1"],
  ["append() adds a line", THREE, (b) => b.append("C", 3), "A: 1, Set-Cookie: x, b: 2, C: 3"],
  [
    "append() adds a line of a name that is there",
    THREE,
    (b) => b.append("a", "3"),
    "A: 1, Set-Cookie: x, b: 2, a: 3",
  ],
  ["append() gives an empty block its line", EMPTY, (b) => b.append("A", 1), "A: 1"],
  [
    "concat() adds all lines of another",
    THREE,
    (b) => b.concat(FieldBlock.of(["A", "3"], ["c", "4"])),
    "A: 1, Set-Cookie: x, b: 2, A: 3, c: 4",
  ],
  ["concat() of nothing", THREE, (b) => b.concat(EMPTY), "A: 1, Set-Cookie: x, b: 2"],
  ["concat() to nothing", EMPTY, (b) => b.concat(THREE), "A: 1, Set-Cookie: x, b: 2"],
  ["concat() of itself", THREE, (b) => b.concat(b), "A: 1, Set-Cookie: x, b: 2, A: 1, Set-Cookie: x, b: 2"],
  ["without() leaves out all lines of a name", DOUBLES, (b) => b.without("a"), "B: 2, C: 4"],
  ["without() leaves out several names", DOUBLES, (b) => b.without("a", "c"), "B: 2"],
  ["without() may leave nothing", DOUBLES, (b) => b.without("a", "b", "c"), ""],
  ["without() of a name that is not there", THREE, (b) => b.without("c"), "A: 1, Set-Cookie: x, b: 2"],
  [
    "filter() asks with names in lower case",
    DOUBLES,
    (b) => b.filter((name) => name === "a"),
    "A: 1, a: 3, A: 5",
  ],
  ["filter() may keep everything", DOUBLES, (b) => b.filter(() => true), "A: 1, B: 2, a: 3, C: 4, A: 5"],
  ["filter() may keep nothing", DOUBLES, (b) => b.filter(() => false), ""],
  ["append() to what was filtered", DOUBLES, (b) => b.without("a").append("A", 9), "B: 2, C: 4, A: 9"],
  [
    "with() in what was appended to",
    THREE,
    (b) => b.append("C", 3).with("A", 9),
    "A: 9, Set-Cookie: x, b: 2, C: 3",
  ],
  [
    "filter() of what was appended to",
    THREE,
    (b) => b.append("C", 3).without("a"),
    "Set-Cookie: x, b: 2, C: 3",
  ],
  [
    "concat() of two that were appended to",
    THREE,
    (b) => b.append("C", 3).concat(b.append("D", 4)),
    "A: 1, Set-Cookie: x, b: 2, C: 3, A: 1, Set-Cookie: x, b: 2, D: 4",
  ],
];

for (const [title, block, change, expected] of CHANGES) {
  for (const isSent of [false, true]) {
    Deno.test(`FieldBlock: ${title}${isSent ? ", of a block that was sent already" : ""}`, () => {
      // A copy: what the writer keeps must not go from one case to the next.
      const original = FieldBlock.of(...block);
      if (isSent) head(original);
      const changed = change(original);
      assertEquals(written(changed), expected);
      assertEquals(written(original), written(block), "the original has changed");
      assertEquals(head(changed), head(FieldBlock.of(...changed)), "it is not sent as what it is");
      assertEquals(head(original), head(FieldBlock.of(...block)));
    });
  }
}

Deno.test("FieldBlock: what changes nothing gives the same block", () => {
  assertStrictEquals(THREE.concat(EMPTY), THREE);
  assertStrictEquals(EMPTY.concat(THREE), THREE);
  assertStrictEquals(THREE.without("c"), THREE);
  assertStrictEquals(THREE.filter(() => true), THREE);
});

Deno.test("FieldBlock: a block of many appended lines is sent as one made at once", () => {
  const lines = Array.from({ length: 100 }, (_, i): Field => [`X-${i}`, `v${i}`]);
  let block = FieldBlock.EMPTY;
  for (const [index, [name, value]] of lines.entries()) {
    block = index % 3 === 0 ? block.concat(FieldBlock.of([name, value])) : block.append(name, value);
    if (index % 10 === 0) head(block);
  }
  assertEquals(head(block), head(FieldBlock.of(...lines)));
  assertEquals(
    head(FieldBlock.of(["A", "1"], ["Set-Cookie", "x"])).split("\r\n").slice(4),
    ["A: 1", "Set-Cookie: x", "Content-Length: 0", "", ""],
  );
});

Deno.test("FieldBlock: a name is found whatever its case in the block", () => {
  for (const name of ["x-name", "X-Name", "X-NAME"]) {
    const block = FieldBlock.of(["Other", "0"], [name, "1"], ["x-name", "2"]);
    assertEquals([block.get("x-name"), block.has("x-name"), block.joined("x-name")], ["1", true, "1, 2"]);
  }
  assertEquals([THREE.get("c"), THREE.has("c"), THREE.joined("c")], [undefined, false, undefined]);
  assertEquals([EMPTY.get("a"), EMPTY.has("a"), EMPTY.joined("a")], [undefined, false, undefined]);
  // As long as another name, or its beginning.
  assertEquals([THREE.get("set-cookia"), THREE.get("set"), THREE.has("")], [undefined, undefined, false]);
});

Deno.test("FieldBlock: get() gives the first value, joined() all of them in their order", () => {
  assertEquals([DOUBLES.get("a"), DOUBLES.joined("a")], ["1", "1, 3, 5"]);
  assertEquals([DOUBLES.get("c"), DOUBLES.joined("c")], ["4", "4"]);
  const empty = FieldBlock.of(["A", ""], ["A", ""]);
  assertEquals([empty.get("a"), empty.has("a"), empty.joined("a")], ["", true, ", "]);
});

Deno.test("FieldBlock: names, values, size and iteration are those of the lines in their order", () => {
  assertEquals([THREE.size, EMPTY.size], [3, 0]);
  assertEquals([THREE.names, THREE.values], [["A", "Set-Cookie", "b"], ["1", "x", "2"]]);
  for (let i = 0; i < 2; i++) assertEquals([...THREE], [["A", "1"], ["Set-Cookie", "x"], ["b", "2"]]);
  assertEquals([...EMPTY], []);
  assertEquals([...FieldBlock.of()], []);
});

/** Each way to put a line into a block that checks it. */
const WAYS: readonly (readonly [name: string, make: (name: string, value: string) => FieldBlock])[] = [
  ["of()", (name, value) => FieldBlock.of(["Fine", "fine"], [name, value])],
  ["append()", (name, value) => THREE.append(name, value)],
  ["with() of a new name", (name, value) => THREE.with(name, value)],
  [
    "with() of a name that is there",
    (name, value) => FieldBlock.of(["Some", "x"], ["A", "1"]).with(name, value),
  ],
];

for (const [way, make] of WAYS) {
  Deno.test(`FieldBlock: ${way} refuses names that are no tokens`, () => {
    for (
      const name of ["", " ", "A ", " A", "A B", "A:", "A\r\nB", "A\0", "Ä", "(A)", 'A"', "A,B", "A/B", "A\n"]
    ) {
      assertThrows(() => make(name, "x"), TypeError, "is not a token");
    }
    assertEquals(make("!#$%&'*+-.^_`|~09az", "x").get("!#$%&'*+-.^_`|~09az"), "x");
  });

  Deno.test(`FieldBlock: ${way} refuses values with control characters`, () => {
    for (const control of ["\r\n", "\r", "\n", "\0", "\x01", "\x08", "\x0b", "\x1f", "\x7f"]) {
      for (const value of [control, `a${control}`, `${control}a`, `a${control}b`]) {
        assertThrows(() => make("Some", value), TypeError, 'Control character in the value of field "Some"');
      }
    }
    for (const value of ["", "a b", "a\tb", "caf\xe9", "\x80\xff", '"quoted"']) {
      assertEquals(make("Some", value).get("some"), value);
    }
  });
}

Deno.test("FieldBlock: the constructor checks nothing, since parsers have", () => {
  assertEquals(new FieldBlock(["A B"], ["\x01"]).get("a b"), "\x01");
});

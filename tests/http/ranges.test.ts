import { assert, assertEquals, assertLess } from "@std/assert";
import { contentRange, MAX_RANGES, parseRange, unsatisfiedRange } from "../../lib/http/ranges.ts";
import { assertLinear, hostile } from "../support/linear.ts";

type Pairs = [number, number][];

function check(rows: [value: string, size: number, expected: Pairs | "unsatisfiable" | undefined][]): void {
  for (const [value, size, expected] of rows) {
    const ranges = parseRange(value, size);
    const pairs = Array.isArray(ranges)
      ? ranges.map(({ start, end }): [number, number] => [start, end])
      : ranges;
    assertEquals(pairs, expected, `${value} of ${size}`);
  }
}

Deno.test("parseRange() reads one range", () => {
  check([
    ["bytes=0-0", 100, [[0, 1]]],
    ["bytes=0-99", 100, [[0, 100]]],
    ["bytes=10-19", 100, [[10, 20]]],
    ["bytes=10-", 100, [[10, 100]]],
    ["bytes=99-", 100, [[99, 100]]],
    ["bytes=-1", 100, [[99, 100]]],
    ["bytes=-100", 100, [[0, 100]]],
    ["bytes=-101", 100, [[0, 100]]],
    ["bytes=50-1000", 100, [[50, 100]]],
    ["Bytes=0-1", 100, [[0, 2]]],
    ["bytes= 0-1 ", 100, [[0, 2]]],
    ["bytes=000-001", 100, [[0, 2]]],
  ]);
});

Deno.test("parseRange() drops what cannot be satisfied", () => {
  check([
    ["bytes=100-", 100, "unsatisfiable"],
    ["bytes=100-200", 100, "unsatisfiable"],
    ["bytes=-0", 100, "unsatisfiable"],
    ["bytes=0-", 0, "unsatisfiable"],
    ["bytes=0-0", 0, "unsatisfiable"],
    ["bytes=-5", 0, "unsatisfiable"],
    ["bytes=200-,-0,300-400", 100, "unsatisfiable"],
    ["bytes=200-,5-6,-0", 100, [[5, 7]]],
  ]);
});

Deno.test("parseRange() ignores what is malformed", () => {
  const bad = [
    "",
    "bytes",
    "bytes=",
    "bytes=,",
    "bytes= , ,",
    "bytes=-",
    "bytes=1",
    "bytes=a-b",
    "bytes=2-1",
  ];
  bad.push(
    "bytes=1-2-3",
    "bytes=--1",
    "bytes=+1-2",
    "bytes=1.0-2",
    "bytes=0x1-2",
    "bytes=1 -2",
    "bytes=1- 2",
  );
  bad.push(
    "bytes=1-2;",
    "bytes=1-2 3-4",
    "bytes:1-2",
    "bytes =1-2",
    " bytes=1-2",
    "items=1-2",
    "bytes=1-2,x",
  );
  bad.push("bytes=1-2\n", "bytes=1-2,\xa03-4", "bytes=0-1,5-4", "bytes=500-400", "bytes=\u0661-\u0662");
  check(bad.map((value) => [value, 100, undefined]));
});

Deno.test("parseRange() merges overlapping and adjacent ranges", () => {
  check([
    ["bytes=0-9,5-14", 100, [[0, 15]]],
    ["bytes=0-9,10-19", 100, [[0, 20]]],
    ["bytes=10-19,0-9", 100, [[0, 20]]],
    ["bytes=0-9,11-19", 100, [[0, 10], [11, 20]]],
    ["bytes=0-99,5-6", 100, [[0, 100]]],
    ["bytes=5-6,0-99", 100, [[0, 100]]],
    ["bytes=0-0,0-0,0-0", 100, [[0, 1]]],
    ["bytes=0-9,20-29,9-20", 100, [[0, 30]]],
    ["bytes=0-,-1", 100, [[0, 100]]],
  ]);
});

Deno.test("parseRange() keeps the order of the first appearance", () => {
  check([
    ["bytes=50-59,0-9", 100, [[50, 60], [0, 10]]],
    ["bytes=-10, 0-9", 100, [[90, 100], [0, 10]]],
    ["bytes=50-59,0-9,70-79,60-69", 100, [[50, 80], [0, 10]]],
    ["bytes=80-89,50-59,0-9,55-85", 100, [[50, 90], [0, 10]]],
    [",bytes=0-1", 100, undefined],
    ["bytes=,,0-1, ,\t5-6,,", 100, [[0, 2], [5, 7]]],
  ]);
});

Deno.test("parseRange() clamps huge numbers", () => {
  const huge = "9".repeat(400);
  check([
    [`bytes=0-${huge}`, 100, [[0, 100]]],
    [`bytes=-${huge}`, 100, [[0, 100]]],
    [`bytes=${huge}-`, 100, "unsatisfiable"],
    [`bytes=${huge}-${huge}`, 100, "unsatisfiable"],
    [`bytes=${huge}-1`, 100, undefined],
    [`bytes=1-${huge}`, Number.MAX_SAFE_INTEGER, [[1, Number.MAX_SAFE_INTEGER]]],
  ]);
});

Deno.test("parseRange() ignores more ranges than MAX_RANGES", () => {
  const list = (count: number) =>
    "bytes=" + Array.from({ length: count }, (_, i) => `${i * 2}-${i * 2}`).join(",");
  assertEquals(parseRange(list(MAX_RANGES), 100)?.length, MAX_RANGES);
  assertEquals(parseRange(list(MAX_RANGES + 1), 100), undefined);
  assertEquals(parseRange("bytes=" + "0-0,".repeat(MAX_RANGES + 1), 100), undefined);
});

Deno.test("parseRange() takes linear time for hostile values", () => {
  const values = [",", " ", "1", "0-", "-", "0-0,"].map(hostile);
  values.push(hostile(" ,") + "x", "1-2" + hostile(" ") + "x");
  assertLinear(() => {
    for (const value of values) {
      assertEquals(parseRange(`bytes=${value}`, 100), undefined, value.slice(0, 20));
    }
    assertEquals(parseRange(`bytes=${hostile(",")}0-0`, 100), [{ start: 0, end: 1 }]);
  });
});

Deno.test("parseRange() gives the bytes that a plain reading gives", () => {
  let seed = 1;
  const random = (limit: number) => (seed = seed * 48271 % 2147483647) % limit;
  for (let round = 0; round < 3000; round++) {
    const size = random(40);
    const expected = new Set<number>();
    const specs = Array.from({ length: 1 + random(8) }, () => {
      const first = random(45);
      const last = first + random(10);
      const kind = random(3);
      const [from, to] = kind === 0
        ? [first, last]
        : kind === 1
        ? [first, size - 1]
        : [Math.max(0, size - first), size - 1];
      for (let i = from; i <= Math.min(to, size - 1); i++) expected.add(i);
      return kind === 0 ? `${first}-${last}` : kind === 1 ? `${first}-` : `-${first}`;
    });
    const value = `bytes=${specs.join(",")}`;
    const ranges = parseRange(value, size);
    if (ranges === "unsatisfiable") {
      assertEquals(expected.size, 0, value);
      continue;
    }
    assert(ranges !== undefined, value);
    const actual: number[] = [];
    for (const { start, end } of ranges) {
      assertLess(start, end);
      for (let i = start; i < end; i++) actual.push(i);
    }
    assertEquals(actual.sort((a, b) => a - b), [...expected].sort((a, b) => a - b), `${value} of ${size}`);
    for (const a of ranges) assert(!ranges.some((b) => a.end === b.start), `${value} of ${size}`);
  }
});

Deno.test("contentRange() and unsatisfiedRange() write inclusive positions", () => {
  assertEquals(contentRange({ start: 0, end: 1 }, 100), "bytes 0-0/100");
  assertEquals(contentRange({ start: 10, end: 100 }, 100), "bytes 10-99/100");
  assertEquals(unsatisfiedRange(0), "bytes */0");
});

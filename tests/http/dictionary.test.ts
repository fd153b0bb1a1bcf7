import { assertEquals } from "@std/assert";
import { parseDictionary } from "../../lib/http/dictionary.ts";

const BYTES = { base64: "aGk=" };

for (
  const [text, members] of [
    ["", {}],
    ["a=1", { a: 1 }],
    ["a=-1;q=2", { a: -1 }],
    ["sha-256=:aGk=:", { "sha-256": BYTES }],
    [" sha-256=:aGk=: ,\tb=2 ", { "sha-256": BYTES, b: 2 }],
    ["a=1, a=2", { a: 2 }],
    ["a", { a: "other" }],
    ["a;b=1;c, d", { a: "other", d: "other" }],
    ['a="x, \\"y=1", b=1', { a: "other", b: 1 }],
    ["a=?1, b=1.5, c=tok/en:x, d=@1, e=*t", { a: "other", b: "other", c: "other", d: "other", e: "other" }],
    ['a=%"%c3%bc", b=1', { a: "other", b: 1 }],
    ['a=(1 "x";y :aGk=:);z=1, b=1', { a: "other", b: 1 }],
    ["*a-._*1=1", { "*a-._*1": 1 }],
    ["a=1,", undefined],
    [",a=1", undefined],
    ["a=1 b=2", undefined],
    ["a=", undefined],
    ["A=1", undefined],
    ["a=:aGk", undefined],
    ["a=:a b:", undefined],
    ['a="x', undefined],
    ["a=(1", undefined],
    ["a=1;B=1", undefined],
    ["a=1;;b", undefined],
    ["a=1.", undefined],
    ["a=1234567890123456", undefined],
  ] as const
) {
  Deno.test(`parseDictionary() of ${JSON.stringify(text)} is ${members === undefined ? "refused" : "read"}`, () => {
    const found = parseDictionary(text);
    assertEquals(found && Object.fromEntries(found), members);
  });
}

Deno.test("parseDictionary() takes time in proportion to what it reads", () => {
  const start = performance.now();
  for (const piece of ["a=(1 ", "a;b", "a=1;b=", "(((", 'a="\\"', "a=::", "a=1, "]) {
    parseDictionary(piece.repeat(20_000));
  }
  // Where it went back over what it has read, these would take hours.
  assertEquals(performance.now() - start < 2000, true);
});

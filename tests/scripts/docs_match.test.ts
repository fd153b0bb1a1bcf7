import { assertEquals } from "@std/assert";
import { mismatch } from "../../scripts/docs/match.ts";
import { Ports } from "../../scripts/docs/ports.ts";

const SAME: readonly (readonly [expected: string, printed: string])[] = [
  ["", ""],
  ["a\n", "a"],
  ["a\nb\n", "a\nb\n\n"],
  ["a\n...\n", "a\n"],
  ["a\n...\n", "a\nb\nc\n"],
  ["...\nc\n", "a\nb\nc\n"],
  ["...\n", ""],
  ["a\n...\nb\n...\nc", "a\nx\nb\nb\ny\nc"],
  ["HTTP/1.1 200 OK  ", "HTTP/1.1 200 OK\r"],
  ["Date: ...", "Date: Sat"],
  ["a...c...e", "abcde"],
  ["a...", "a"],
  ["...z", "abz"],
  ["a.b*c", "a.b*c"],
];

for (const [expected, printed] of SAME) {
  Deno.test(`${JSON.stringify(expected)} is met by ${JSON.stringify(printed)}`, () => {
    assertEquals(mismatch(expected, printed), undefined);
  });
}

const OTHER: readonly (readonly [expected: string, printed: string, where: string])[] = [
  ["a", "b", 'line 1 of the output: expected "a", found "b"'],
  ["a", "a\nb", 'line 2 of the output: expected the end, found "b"'],
  ["a\nb", "a", 'line 2 of the output: expected "b", found the end'],
  ["a.c", "abc", 'line 1 of the output: expected "a.c", found "abc"'],
  ["a\n...\nc", "a\nb", 'line 3 of the output: expected "c", found the end'],
  ["x...y", "xz", 'line 1 of the output: expected "x...y", found "xz"'],
  ["ab...ba", "aba", 'line 1 of the output: expected "ab...ba", found "aba"'],
  ["a", "", 'line 1 of the output: expected "a", found ""'],
];

for (const [expected, printed, where] of OTHER) {
  Deno.test(`${JSON.stringify(expected)} is not met by ${JSON.stringify(printed)}`, () => {
    assertEquals(mismatch(expected, printed), where);
  });
}

Deno.test("mismatch() takes no time that grows beyond lines times lines", () => {
  assertEquals(typeof mismatch("...\na\n".repeat(60) + "b", "a\n".repeat(400)), "string");
});

const PORTS: readonly (readonly [text: string, wanted: string])[] = [
  ["http://127.0.0.1:8080/ and 8080", "http://127.0.0.1:1/ and 1"],
  ['listen: [8080, "0.0.0.0:8081"]', 'listen: [1, "0.0.0.0:2"]'],
  ["https://localhost:8443/ by 8080", "https://localhost:1/ by 2"],
  ["--port 3000.", "--port 1."],
  ["18080 80801 1.8080 8080.5 8192 v8080,1", "18080 80801 1.8080 8080.5 8192 v8080,1"],
];

for (const [text, wanted] of PORTS) {
  Deno.test(`ports in ${JSON.stringify(text)} are others, the same for the same`, () => {
    let next = 0;
    const ports = new Ports(() => ++next);
    assertEquals([ports.in(text), ports.in(text)], [wanted, wanted]);
  });
}

import { assertEquals, assertThrows } from "@std/assert";
import { decodeText, encodeKey, encodeQuery, encodeText } from "../../lib/s3/encoding.ts";

const KEYS: Readonly<Record<string, string>> = {
  "a.txt": "a.txt",
  "a b/c d": "a%20b/c%20d",
  "ü/日本/😀": "%C3%BC/%E6%97%A5%E6%9C%AC/%F0%9F%98%80",
  "1+1=2&3": "1%2B1%3D2%263",
  "100%/%41": "100%25/%2541",
  "-._~": "-._~",
  "!'()*": "%21%27%28%29%2A",
  "a?b#c:d;e@f$g,h": "a%3Fb%23c%3Ad%3Be%40f%24g%2Ch",
  '"<>[]{}|\\^`': "%22%3C%3E%5B%5D%7B%7D%7C%5C%5E%60",
  "a\r\nb\0": "a%0D%0Ab%00",
  "...": "...",
  "a//b": "a//b",
};

for (const [key, encoded] of Object.entries(KEYS)) {
  Deno.test(`the key ${JSON.stringify(key)} is encoded once, and comes back`, () => {
    assertEquals(encodeKey(key), encoded);
    assertEquals(decodeText(encoded), key);
  });
}

Deno.test("a key that a path cannot name is refused", () => {
  for (const key of ["", ".", "..", "a/..", "../b", "a/./b"]) assertThrows(() => encodeKey(key), TypeError);
  for (const key of ["\ud800", "a/\udc00b"]) assertThrows(() => encodeKey(key), URIError);
});

Deno.test("a query is sorted by its names, and its slashes are encoded", () => {
  assertEquals(
    encodeQuery({ prefix: "a b/", "list-type": 2, delimiter: "/", start: undefined, Z: "", uploads: "" }),
    "Z=&delimiter=%2F&list-type=2&prefix=a%20b%2F&uploads=",
  );
});

Deno.test("a listing's spaces may be plus signs, and what is no UTF-8 is no text", () => {
  assertEquals(decodeText("a+b%2Bc%20d"), "a b+c d");
  for (const text of ["%FF", "%C3", "%zz", "%"]) assertEquals(decodeText(text), undefined);
  assertEquals(encodeText("+"), "%2B");
});

import { assertEquals } from "@std/assert";
import { passedTag, tagOfUnchanged, withPlainTags } from "../../lib/coding/tags.ts";
import { FieldBlock } from "../../lib/http/fields.ts";

Deno.test("withPlainTags(): what whoever is behind us gets to see of tags", () => {
  const cases: readonly (readonly [method: string, field: string, value: string, plain: string])[] = [
    ["GET", "If-None-Match", '"a"', '"a"'],
    ["GET", "If-None-Match", '"a--gzip"', '"a"'],
    ["GET", "if-none-match", 'W/"a--gzip"', 'W/"a"'],
    ["HEAD", "If-None-Match", '"a--gzip"', '"a"'],
    // It would get another one now.
    ["GET", "If-None-Match", '"a--br"', '"a--br"'],
    ["GET", "If-None-Match", '"a--br", "b--gzip"', '"a--br", "b"'],
    ["GET", "If-None-Match", "*", "*"],
    ["GET", "If-None-Match", "a--gzip", "a--gzip"],
    ["GET", "If-Match", '"a--gzip","b--br" , "c"', '"a", "b", "c"'],
    ["PUT", "If-Match", '"a--zstd"', '"a"'],
    ["PUT", "If-None-Match", '"a--zstd"', '"a"'],
    // A range is of content that is not coded.
    ["GET", "If-Range", '"a--gzip"', '"a--gzip"'],
    ["GET", "If-Range", "Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT"],
    // Tags that somebody else has coded: ours is the last suffix.
    ["GET", "If-None-Match", '"a--gzip--gzip"', '"a--gzip"'],
    ["GET", "If-None-Match", '"a--br--br"', '"a--br"'],
    ["GET", "If-None-Match", '"a--br.1-2--br"', '"a--br.1-2"'],
    ["GET", "If-Range", '"a--br--br"', '"a--br"'],
    // And what only looks like a coding.
    ["GET", "If-None-Match", '"a--deflate"', '"a--deflate"'],
    ["GET", "If-None-Match", '"a-gzip"', '"a-gzip"'],
  ];
  for (const [method, field, value, plain] of cases) {
    const fields = FieldBlock.of(["Accept", "*/*"], [field, value]);
    const found = withPlainTags({ method, fields }, "gzip");
    assertEquals(found.joined(field.toLowerCase()), plain, `${method} ${field}: ${value}`);
    if (value === plain && !value.includes("--")) assertEquals(found, fields);
  }
});

Deno.test("withPlainTags(): several lines are one list", () => {
  const fields = FieldBlock.of(["If-None-Match", '"a--gzip"'], ["If-None-Match", '"b--gzip"']);
  assertEquals(withPlainTags({ method: "GET", fields }, "gzip").joined("if-none-match"), '"a", "b"');
});

Deno.test("a tag that passes comes back as it was", () => {
  for (const tag of ['"a"', '"a--gzip"', 'W/"a--br.1-2"', '"a--gzip--gzip"', '""']) {
    const fields = FieldBlock.of(["If-None-Match", passedTag(tag)]);
    for (const coding of [undefined, "zstd"] as const) {
      assertEquals(withPlainTags({ method: "GET", fields }, coding).get("if-none-match"), tag);
    }
  }
});

Deno.test("tagOfUnchanged(): that of the coding where the request named it", () => {
  assertEquals(tagOfUnchanged('"a"', '"a--gzip"', "gzip"), '"a--gzip"');
  assertEquals(tagOfUnchanged('"a"', '"b", W/"a--gzip"', "gzip"), '"a--gzip"');
  assertEquals(tagOfUnchanged('W/"a"', '"a--gzip"', "gzip"), 'W/"a--gzip"');
  assertEquals(tagOfUnchanged('"a"', '"a"', "gzip"), '"a"');
  assertEquals(tagOfUnchanged('"a"', '"a--gzip"', "br"), '"a"');
  assertEquals(tagOfUnchanged('"a"', "*", "br"), '"a"');
  assertEquals(tagOfUnchanged('"a"', undefined, "br"), '"a"');
  assertEquals(tagOfUnchanged('"a--gzip"', '"a--gzip--gzip"', "gzip"), '"a--gzip--gzip"');
  assertEquals(tagOfUnchanged('"a--gzip"', '"a--gzip--gzip"', undefined), '"a--gzip--gzip"');
});

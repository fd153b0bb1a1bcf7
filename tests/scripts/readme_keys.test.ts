import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { keyTable, README, withKeyTable } from "../../scripts/readme_keys.ts";

Deno.test("README.md has the table of keys that the configuration's own tables make", () => {
  const readme = Deno.readTextFileSync(README);
  assertEquals(readme, withKeyTable(readme), "run: deno run -A scripts/readme_keys.ts");
});

Deno.test("keyTable() says where a key may stand, and leaves the default out where there is none", () => {
  const table = keyTable();
  assertStringIncludes(
    table,
    "\n| `alias` | location | a folder (or file) that takes the place of the location's prefix | |\n",
  );
  assertStringIncludes(table, "\n| `upload_store` | location | ");
  assertStringIncludes(
    table,
    "\n| `timeouts.keep_alive` | top | how long an idle connection is kept | 15s |\n",
  );
});

Deno.test("keyTable() puts neighbours with the same meaning on one line", () => {
  assertStringIncludes(
    keyTable(),
    "\n| `limits.request_line`, `limits.header_fields`, `limits.header_count` | top | " +
      "what is more is answered 414 or 431 | 8k, 32k, 100 |\n",
  );
});

Deno.test("withKeyTable() replaces the old table and nothing else", () => {
  const [, begin, end] = /(<!-- keys[^\n]*\n)[^]*(<!-- end of keys -->\n)/.exec(
    Deno.readTextFileSync(README),
  )!;
  assertEquals(
    withKeyTable(`before\n${begin}old\n${end}after\n`),
    `before\n${begin}\n${keyTable()}\n${end}after\n`,
  );
  assertThrows(() => withKeyTable("no place"), Error, "README.md has no lines");
});

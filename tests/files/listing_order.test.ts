import { assertEquals } from "@std/assert";
import { orderOf } from "../../lib/files/listing_order.ts";
import { jsonRow } from "../../lib/files/make_listing.ts";
import type { ListedEntry } from "../../lib/pages/listing.ts";

const folder = (name: string, modified?: number): ListedEntry => ({
  name,
  kind: "directory",
  size: 0,
  modified,
});

for (
  const [descending, expected] of [[false, "none, none2, old, new"], [true, "new, old, none2, none"]] as const
) {
  Deno.test(`folders without a time are the oldest, ${descending ? "last" : "first"}, by their names`, () => {
    const entries = [folder("new", 2000), folder("none2"), folder("old", 1000), folder("none")];
    for (const compare of orderOf({ sort: "modified", descending })) entries.sort(compare);
    assertEquals(entries.map(({ name }) => name).join(", "), expected);
  });
}

Deno.test("the JSON list has null for a time that is none", () => {
  assertEquals(JSON.parse(jsonRow(folder("a"))).modified, null);
  assertEquals(JSON.parse(jsonRow(folder("a", 0))).modified, "1970-01-01T00:00:00.000Z");
});

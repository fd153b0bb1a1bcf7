import { assertEquals } from "@std/assert";
import { joined } from "../../lib/bytes/joined.ts";

const bytes = (...values: number[]) => Uint8Array.from(values);

Deno.test("joined() copies its pieces, one behind the other", () => {
  const first = bytes(1, 2), all = joined([first, bytes(), bytes(3)], 3);
  first[0] = 9;
  assertEquals(all, bytes(1, 2, 3));
  assertEquals(joined([], 0), bytes());
});

import { assertEquals } from "@std/assert";
import { FieldBlock } from "../../lib/http/fields.ts";
import { withVary } from "../../lib/http/vary.ts";

Deno.test("withVary() names each field once", () => {
  for (
    const [before, names, after] of [
      [[], "Accept-Encoding", "Accept-Encoding"],
      [["Accept"], "Accept-Encoding", "Accept, Accept-Encoding"],
      [["accept-encoding"], "Accept-Encoding", "accept-encoding"],
      [["Origin", "Accept"], "Accept-Encoding", "Origin, Accept, Accept-Encoding"],
      [["*"], "Accept-Encoding", "*, Accept-Encoding"],
    ] as const
  ) {
    const block = FieldBlock.of(["X", "1"], ...before.map((value) => ["Vary", value] as const));
    assertEquals(withVary(block, names).joined("vary"), after);
  }
  const block = FieldBlock.of(["Vary", "Accept-Encoding"]);
  assertEquals(withVary(block, "Accept-Encoding"), block);
});

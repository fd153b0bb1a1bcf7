import { assertEquals } from "@std/assert";
import { Allowance } from "../../lib/http/allowance.ts";

Deno.test("so much may come at once, and so much more in each second", () => {
  const allowance = new Allowance({ burst: 3, rate: 2 }, 1000);
  const takes = (count: number, now: number) => Array.from({ length: count }, () => allowance.take(1, now));
  assertEquals(takes(4, 1000), [true, true, true, false]);
  assertEquals(takes(2, 1500), [true, false]);
  // Never more than at once, however long nobody came.
  assertEquals(takes(4, 100_000), [true, true, true, false]);
  // What is larger than all of it is taken where anything is left, and paid back.
  assertEquals([allowance.take(10, 102_000), allowance.take(1, 104_000)], [true, false]);
});

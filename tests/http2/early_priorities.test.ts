import { assertEquals } from "@std/assert";
import { EarlyPriorities } from "../../lib/http2/early_priorities.ts";

const FIRST = { urgency: 0, incremental: false }, LAST = { urgency: 7, incremental: true };

Deno.test("priorities are kept until their stream comes, the latest of each", () => {
  const early = new EarlyPriorities(100);
  early.set(5, FIRST, 0);
  early.set(5, LAST, 0);
  assertEquals(early.take(3), undefined);
  assertEquals([early.take(5), early.take(5)], [LAST, undefined]);
});

Deno.test("priorities are kept of as many streams as there may be, and passed-over ones make room", () => {
  const early = new EarlyPriorities(3);
  for (let stream = 1; stream < 20_000; stream += 2) early.set(stream, FIRST, 0);
  assertEquals(early.size, 3);
  early.set(5, LAST, 0);
  early.set(7, LAST, 4);
  assertEquals([early.size, early.take(1), early.take(5), early.take(7)], [2, undefined, LAST, LAST]);
});

import { assert, assertEquals } from "@std/assert";
import { sortInTurns } from "../../lib/files/sort_in_turns.ts";
import { Turns } from "../../lib/http/turns.ts";
import { Random } from "../../scripts/fuzz/random.ts";
import { FakeClock } from "../disk/fake_files.ts";

const turns = new Turns(new FakeClock());

Deno.test("sorts as Array.sort() does, stable, whatever the length", async () => {
  const random = new Random(1);
  for (const length of [0, 1, 2, 127, 128, 129, 255, 256, 257, 1000, 5000]) {
    const items = Array.from({ length }, (_, index) => ({ key: random.below(length / 3 + 1), index }));
    const compare = (a: { key: number }, b: { key: number }) => a.key - b.key;
    assertEquals(await sortInTurns(items, compare, turns.begin()), items.toSorted(compare), String(length));
  }
});

Deno.test("what is in order already costs little more than one comparison for each", async () => {
  const items = Array.from({ length: 10_000 }, (_, index) => index);
  let comparisons = 0;
  const compare = (a: number, b: number) => {
    comparisons++;
    return a - b;
  };
  assertEquals(await sortInTurns(items, compare, turns.begin()), items);
  assert(comparisons < 1.1 * items.length, String(comparisons));
});

import { assert, assertEquals, assertRejects } from "@std/assert";
import { Few, NoRoomError } from "../../lib/http/few.ts";

/** A clock whose time is over when it is told. */
function make() {
  const deadlines = new Set<() => void>();
  const few = new Few({
    after: (_, callback) => {
      deadlines.add(callback);
      return () => void deadlines.delete(callback);
    },
  });
  const under = new Map<number, PromiseWithResolvers<void>>();
  const begun: number[] = [];
  const run = (number: number) =>
    few.run(async () => {
      begun.push(number);
      const end = Promise.withResolvers<void>();
      under.set(number, end);
      await end.promise;
      return number;
    });
  return { few, deadlines, begun, under, run };
}

const microtasks = async () => {
  for (let i = 0; i < 10; i++) await Promise.resolve();
};

Deno.test("only some work is under way at one time, and the rest follows in its order", async () => {
  const { begun, under, run, deadlines } = make();
  const all = Array.from({ length: 20 }, (_, i) => run(i));
  await microtasks();
  assertEquals(begun, [0, 1, 2, 3, 4, 5, 6, 7]);
  assertEquals(deadlines.size, 12);
  under.get(3)!.resolve();
  assertEquals(await all[3], 3);
  under.get(0)!.reject(new Error("what goes wrong gives its room back, too"));
  await assertRejects(() => all[0]!);
  assertEquals(begun.slice(8), [8, 9]);
  for (let i = 1; i < 20; i++) {
    under.get(i)!.resolve();
    assertEquals(await all[i], i);
  }
  assertEquals(deadlines.size, 0);
});

Deno.test("who has waited for too long is told so, and nobody else waits longer for that", async () => {
  const { begun, under, run, deadlines } = make();
  const all = Array.from({ length: 10 }, (_, i) => run(i));
  const [first] = deadlines;
  first!();
  await assertRejects(() => all[8]!, NoRoomError);
  for (const end of under.values()) end.resolve();
  await Promise.all(all.slice(0, 8));
  await microtasks();
  assertEquals(begun.at(-1), 9);
  under.get(9)!.resolve();
  assertEquals(await all[9], 9);
});

Deno.test("it is told where much waits", async () => {
  const { few, under, run } = make();
  const all = Array.from({ length: 8 + 63 }, (_, i) => run(i));
  assert(!few.isCrowded);
  all.push(run(71));
  assert(few.isCrowded);
  for (let i = 0; i < all.length; i++) {
    await microtasks();
    under.get(i)!.resolve();
    await all[i];
  }
  assert(!few.isCrowded);
});

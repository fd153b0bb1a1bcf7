import { assert, assertEquals } from "@std/assert";
import { BufferPool } from "../../lib/bytes/buffer_pool.ts";

Deno.test("a buffer that is given back is used again", () => {
  const pool = new BufferPool(16, 2);
  const buffer = pool.take();
  assertEquals(buffer.length, 16);
  pool.give(buffer);
  assert(pool.take() === buffer);
});

Deno.test("buffers in use are all different", () => {
  const pool = new BufferPool(16, 2);
  assertEquals(new Set(Array.from({ length: 10 }, () => pool.take())).size, 10);
});

Deno.test("a pool keeps no more buffers than its bound", () => {
  const pool = new BufferPool(16, 2);
  const given = Array.from({ length: 10 }, () => pool.take());
  for (const buffer of given) pool.give(buffer);
  const taken = Array.from({ length: 10 }, () => pool.take());
  assertEquals(taken.filter((buffer) => given.includes(buffer)).length, 2);
});

Deno.test("a pool knows how many of its buffers are in use", () => {
  const pool = new BufferPool(16, 2);
  const buffers = [pool.take(), pool.take(), pool.take()];
  assertEquals(pool.used, 3);
  pool.give(buffers[0]!);
  pool.lose();
  assertEquals(pool.used, 1);
  // What was lost is not handed out again.
  assert(pool.take() === buffers[0]);
  assert(!buffers.includes(pool.take()));
});

Deno.test("what was not needed between two looks is given back, and what was is not", () => {
  const pool = new BufferPool(16, 8);
  const buffers = Array.from({ length: 4 }, () => pool.take());
  for (const buffer of buffers) pool.give(buffer);
  const kept = () => buffers.filter(({ length }) => length > 0).length;
  pool.shrink();
  assertEquals(kept(), 4, "they were needed until now");
  const taken = [pool.take(), pool.take()];
  for (const buffer of taken) pool.give(buffer);
  pool.shrink();
  assertEquals(kept(), 2);
  assert(taken.every(({ length }) => length === 16), "those that were taken last stay");
  pool.shrink();
  assertEquals(kept(), 0);
  const fresh = pool.take();
  assertEquals([fresh.length, pool.used], [16, 1]);
  pool.shrink();
  assertEquals(fresh.length, 16, "what is in use is not touched");
});

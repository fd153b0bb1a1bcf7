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

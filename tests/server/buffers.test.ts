import { assert, assertEquals, assertRejects } from "@std/assert";
import { BufferPool } from "../../lib/server/buffer_pool.ts";
import { Outbox } from "../../lib/server/outbox.ts";
import { toBytes, toText } from "../support/wire.ts";

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

/** An outbox, and what was written out of it. */
function start(size = 16) {
  const pool = new BufferPool(size, 4), outbox = new Outbox(pool);
  const written: string[] = [];
  const write = (bytes: Uint8Array) => {
    written.push(toText(bytes));
    return Promise.resolve();
  };
  return { pool, outbox, written, write };
}

Deno.test("what was put in leaves in one write, in its order", async () => {
  const { outbox, written, write } = start();
  outbox.text("h\xe9ad");
  outbox.bytes(toBytes("body"));
  assertEquals([outbox.length, outbox.room], [8, 8]);
  await outbox.flush(write);
  assertEquals(written, ["h\xe9adbody"]);
  assertEquals([outbox.length, outbox.room], [0, 16]);
});

Deno.test("an empty outbox writes nothing and holds no buffer", async () => {
  const { pool, outbox, written, write } = start();
  await outbox.flush(write);
  assertEquals(written, []);
  outbox.text("x");
  await outbox.flush(write);
  // Its buffer is back in the pool.
  const again = pool.take();
  assertEquals(again[0], "x".charCodeAt(0));
});

Deno.test("what is put in while a flush is under way does not disturb it", async () => {
  const { outbox } = start();
  const written: string[] = [];
  let finish = () => {};
  outbox.text("first");
  const flushing = outbox.flush(async (bytes) => {
    await new Promise<void>((resolve) => finish = resolve);
    written.push(toText(bytes));
  });
  outbox.text("second");
  finish();
  await flushing;
  await outbox.flush((bytes) => Promise.resolve(void written.push(toText(bytes))));
  assertEquals(written, ["first", "second"]);
});

Deno.test("after a failed write the outbox is empty and its buffer is not used again", async () => {
  const { pool, outbox } = start();
  let failed: Uint8Array | undefined;
  outbox.text("lost");
  await assertRejects(() =>
    outbox.flush((bytes) => {
      failed = bytes;
      return Promise.reject(new Error("broken"));
    })
  );
  assertEquals([outbox.length, outbox.room], [0, 16]);
  // The system may still be reading from it.
  for (let i = 0; i < 5; i++) assert(pool.take().buffer !== failed?.buffer);
});

Deno.test("an outbox can be filled to its last byte", async () => {
  const { outbox, written, write } = start();
  outbox.bytes(toBytes("0123456789"));
  outbox.text("abcdef");
  assertEquals(outbox.room, 0);
  await outbox.flush(write);
  assertEquals(written, ["0123456789abcdef"]);
});

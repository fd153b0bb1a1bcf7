import { assert, assertEquals } from "@std/assert";
import { BufferPool } from "../../../lib/bytes/buffer_pool.ts";
import { Outbox } from "../../../lib/server/http1/outbox.ts";
import { toBytes, toText } from "../../support/wire.ts";

function start(size = 16) {
  const pool = new BufferPool(size, 4);
  return { pool, outbox: new Outbox(pool) };
}

Deno.test("what was put in is taken as one piece, in its order", () => {
  const { outbox } = start();
  outbox.head("h\xe9ad");
  outbox.bytes(toBytes("body"));
  assertEquals([outbox.length, outbox.room], [8, 8]);
  assertEquals(toText(outbox.take()), "h\xe9adbody");
  assertEquals([outbox.length, outbox.room], [0, 16]);
});

Deno.test("what was taken is not in it any more", () => {
  const { outbox } = start();
  outbox.head("first");
  assertEquals(toText(outbox.take()), "first");
  outbox.head("second");
  assertEquals(toText(outbox.take()), "second");
  assertEquals(outbox.take().length, 0);
});

Deno.test("an empty outbox has nothing and holds no buffer", () => {
  const { pool, outbox } = start();
  assertEquals(outbox.take().length, 0);
  outbox.head("x");
  outbox.take();
  outbox.release();
  // Its buffer is back in the pool, once.
  assertEquals(pool.take()[0], "x".charCodeAt(0));
  outbox.release();
  assertEquals(pool.take()[0], 0);
});

Deno.test("a buffer is not given back while there is something in it", () => {
  const { pool, outbox } = start();
  outbox.head("x");
  outbox.release();
  assertEquals(pool.take()[0], 0);
  assertEquals(toText(outbox.take()), "x");
});

Deno.test("a buffer that was not released is not used again by others", () => {
  const { pool, outbox } = start();
  outbox.head("lost");
  const taken = outbox.take();
  // Its write has failed, and the system may still be reading from it.
  for (let i = 0; i < 5; i++) assert(pool.take().buffer !== taken.buffer);
});

Deno.test("an outbox can be filled to its last byte", () => {
  const { outbox } = start();
  outbox.bytes(toBytes("0123456789"));
  outbox.head("abcdef");
  assertEquals(outbox.room, 0);
  assertEquals(toText(outbox.take()), "0123456789abcdef");
});

import { assert, assertEquals } from "@std/assert";
import { Deadline } from "../../lib/server/deadline.ts";
import { IdleMemory } from "../../lib/supervisor/idle_memory.ts";
import { fakeContext } from "../server/fakes.ts";

/** The time between two looks. */
const LOOK = 10_000;

function start() {
  const { context, clock } = fakeContext();
  const count = { open: 0 };
  let collections = 0;
  const memory = new IdleMemory(context, count, () => collections++);
  /** A connection for some time. */
  const connect = async (milliseconds: number) => {
    const deadline = new Deadline(context.deadlines, { late: () => {} });
    count.open++;
    await clock.advance(milliseconds);
    count.open--;
    deadline.end();
  };
  return { context, clock, count, memory, connect, collections: () => collections };
}

Deno.test("garbage is collected twice after the last connection, and never where there was none", async () => {
  const { clock, memory, connect, collections } = start();
  await clock.advance(5 * LOOK);
  assertEquals(collections(), 0);
  await connect(100);
  await clock.advance(LOOK);
  assertEquals(collections(), 0, "they may come back");
  await clock.advance(LOOK);
  assertEquals(collections(), 1);
  await clock.advance(5 * LOOK);
  assertEquals(collections(), 2);
  await connect(100);
  await clock.advance(3 * LOOK);
  assertEquals(collections(), 4);
  memory.stop();
  assertEquals(clock.running, 0);
});

Deno.test("nobody waits for a collection: none comes while there is a connection, or often one", async () => {
  const { clock, count, memory, connect, collections } = start();
  await connect(5 * LOOK);
  for (let times = 0; times < 10; times++) {
    await connect(100);
    await clock.advance(LOOK - 1000);
  }
  assertEquals(collections(), 0);
  count.open++;
  await clock.advance(5 * LOOK);
  assertEquals(collections(), 0);
  memory.stop();
});

Deno.test("buffers are given back within two looks, also while there are connections", async () => {
  const { context, clock, count, memory } = start();
  count.open++;
  const buffer = context.smallBuffers.take();
  context.smallBuffers.give(buffer);
  await clock.advance(2 * LOOK);
  assertEquals(buffer.length, 0);
  assert(context.smallBuffers.take().length > 0);
  memory.stop();
});

import { assert, assertEquals } from "@std/assert";
import { FairReads } from "../../lib/runtime/fair_reads.ts";

const BUFFER = new Uint8Array(1);

/** So many connections, whose reads say when they were begun and never end by themselves. */
function start(count: number) {
  const reads = new FairReads();
  const begun: number[] = [];
  const connections = Array.from({ length: count }, (_, index) => ({
    read: () => {
      begun.push(index);
      return Promise.resolve(index);
    },
  }));
  connections.forEach(() => reads.opened());
  return { reads, begun, connections };
}

Deno.test("a few connections read at once", () => {
  const { reads, begun, connections } = start(50);
  for (const connection of connections) void reads.read(connection, BUFFER);
  assertEquals(begun.length, 50);
});

Deno.test("of many connections some read at once, and all in the end and in their order", async () => {
  const { reads, begun, connections } = start(500);
  const results = connections.map((connection) => reads.read(connection, BUFFER));
  assert(begun.length > 0 && begun.length < 100, `${begun.length} were begun at once`);
  const order = connections.map((_, index) => index);
  assertEquals(await Promise.all(results), order);
  assertEquals(begun, order);
});

Deno.test("a queue ends although the connections have become few", async () => {
  const { reads, begun, connections } = start(200);
  const results = connections.map((connection) => reads.read(connection, BUFFER));
  connections.forEach(() => reads.closed());
  // Whoever comes now does not pass those who wait.
  const last = reads.read({ read: () => Promise.resolve(begun.length) }, BUFFER);
  await Promise.all(results);
  assertEquals(await last, 200);
});

Deno.test("a read that fails is no obstacle to the others", async () => {
  const { reads, connections } = start(200);
  const broken = { read: () => Promise.reject(new Error("reset")) };
  const results = [...connections, broken, ...connections].map((connection) =>
    reads.read(connection, BUFFER).catch(() => null)
  );
  assertEquals((await Promise.all(results)).filter((result) => result === null).length, 1);
});

import { assert, assertEquals, assertRejects } from "@std/assert";
import type { ReceiveBuffer } from "../../lib/bytes/receive_buffer.ts";
import { GoneError } from "../../lib/http/errors.ts";
import { toBytes, toText } from "../support/wire.ts";
import { settle } from "../support/fakes.ts";
import { LIMITS, startStream as start, TIMEOUTS } from "./fakes.ts";

const received = (buffer: ReceiveBuffer) => toText(buffer.bytes.subarray(buffer.start, buffer.end));

Deno.test("write() goes on until everything is taken", async () => {
  const { connection, stream } = start();
  connection.takes = 3;
  await stream.write(toBytes("0123456789"));
  assertEquals([connection.output, connection.writes], ["0123456789", 4]);
  assertEquals(stream.deadline.phase, "nothing");
});

Deno.test("write() waits for what is being written, however little of it is taken at a time", async () => {
  const { connection, clock, stream } = start();
  connection.stalls = true;
  connection.takes = 2;
  const writing = ["first ", "second ", "third"].map((text) => stream.write(toBytes(text)));
  await settle();
  assertEquals(connection.writes, 1);
  connection.stalls = false;
  await connection.push();
  await Promise.all(writing);
  assertEquals([connection.output, stream.deadline.phase], ["first second third", "nothing"]);
  connection.stalls = true;
  const failing = ["a", "b"].map((text) => assertRejects(() => stream.write(toBytes(text)), GoneError));
  await clock.advance(TIMEOUTS.send + 200);
  await Promise.all(failing);
});

Deno.test("write() gives up a client that takes nothing for timeouts.send", async () => {
  const { connection, clock, stream } = start();
  connection.stalls = true;
  const writing = assertRejects(() => stream.write(toBytes("x")), GoneError);
  await clock.advance(TIMEOUTS.send - 1);
  assertEquals(connection.closed, false);
  await clock.advance(200);
  assertEquals(connection.closed, true);
  await writing;
  await assertRejects(() => stream.write(toBytes("x")), GoneError);
});

Deno.test("every piece that a client takes gives it new time", async () => {
  const { connection, clock, stream } = start();
  connection.takes = 1;
  const writing = stream.write(toBytes("abc"));
  for (let i = 0; i < 3; i++) {
    connection.stalls = true;
    await clock.advance(TIMEOUTS.send - 200);
    connection.stalls = false;
    await connection.push();
  }
  await writing;
  assertEquals([connection.output, connection.closed], ["abc", false]);
});

/** Writes to a client that never takes anything again; gives how long it is waited for, in milliseconds. */
async function patience(sendRate: number, writes: readonly number[]): Promise<number> {
  const { connection, clock, stream } = start(undefined, { ...LIMITS, sendRate });
  for (const size of writes) await stream.write(new Uint8Array(size));
  connection.stalls = true;
  const writing = assertRejects(() => stream.write(toBytes("x")), GoneError);
  const before = clock.monotonic();
  while (!connection.closed) await clock.advance(100);
  await writing;
  return clock.monotonic() - before;
}

Deno.test("a client has timeouts.send, and the time in which limits.send_rate takes what the system holds unseen", async () => {
  const MiB = 1024 * 1024;
  const cases: readonly (readonly [string, Parameters<typeof patience>, number])[] = [
    ["without a rate", [Infinity, [MiB]], 0],
    ["nothing is held yet", [1000, []], 0],
    ["what was sent so far", [1000, [2000, 3000]], 5000],
    ["a third of the largest buffer at the most", [MiB, [MiB, MiB]], 1333],
  ];
  for (const [what, how, more] of cases) {
    const took = await patience(...how);
    // A deadline is noticed up to two ticks late.
    assert(took >= TIMEOUTS.send + more && took <= TIMEOUTS.send + more + 300, `${what}: ${took}`);
  }
});

Deno.test("what went in between two waits is what a client must take before a write goes on", async () => {
  const { connection, clock, stream } = start(undefined, { ...LIMITS, sendRate: 1000 });
  /** The client takes its time for the second half of a piece. */
  const write = async (size: number, wait: number): Promise<void> => {
    connection.takes = size / 2;
    const gate = Promise.withResolvers<void>(), plain = connection.write.bind(connection);
    let calls = 0;
    connection.write = async (bytes) => {
      if (++calls === 2) await gate.promise;
      return await plain(bytes);
    };
    const writing = stream.write(new Uint8Array(size));
    await settle();
    await clock.advance(wait);
    gate.resolve();
    await writing;
    connection.write = plain;
  };
  await write(20_000, 10_000);
  assertEquals([connection.closed, connection.output.length], [false, 20_000]);
  await write(4000, 12_000);
  assertEquals([connection.closed, connection.output.length], [false, 24_000]);
  connection.stalls = true;
  const late = assertRejects(() => stream.write(toBytes("x")), GoneError);
  // Only what came after the last wait counts: 2000 bytes, two seconds.
  await clock.advance(TIMEOUTS.send + 1900);
  assertEquals(connection.closed, false);
  await clock.advance(500);
  assertEquals(connection.closed, true);
  await late;
});

Deno.test("a write that fails means that the client is gone", async () => {
  const { connection, clock, stream } = start();
  connection.breaks = true;
  await assertRejects(() => stream.write(toBytes("x")), GoneError);
  assertEquals([connection.closed, stream.gone, clock.running], [true, true, 0]);
});

Deno.test("read() says what came: bytes, the end, or that the client is gone", async () => {
  const { connection, buffer, stream } = start();
  await connection.push("hello");
  assertEquals(await stream.read(16), "bytes");
  assertEquals(received(buffer), "hello");
  await connection.push(null);
  assertEquals(await stream.read(16), "ended");
  assertEquals(await stream.read(16), "ended");
  stream.close();
  assertEquals(stream.gone, true);
});

Deno.test("read() during a reset says that the client is gone", async () => {
  const { connection, stream } = start();
  const reading = stream.read(16);
  connection.close();
  assertEquals(await reading, "gone");
  assertEquals(await stream.read(16), "gone");
});

/** Lingers with a client that sends so many bytes each so many milliseconds; gives how long, if not for ever. */
async function lingering(
  { body = 30_000, bodyRate = Infinity, size = 0, pause = 500, hurry = [Infinity, Infinity] }: {
    body?: number;
    bodyRate?: number;
    size?: number;
    pause?: number;
    /** At which time, to how long. */
    hurry?: readonly [at: number, to: number];
  },
): Promise<number> {
  const { connection, clock, context, stream } = start(undefined, { ...LIMITS, bodyRate });
  context.settings = { ...context.settings, timeouts: { ...TIMEOUTS, body } };
  const began = clock.monotonic();
  if (hurry[0] < 0) stream.hurry(hurry[1]);
  const over = stream.linger();
  let isOver = false;
  void over.then(() => isOver = true);
  await settle();
  assertEquals([connection.ended, connection.closed], [true, false]);
  for (let at = 0; !isOver && at < 60_000; at += pause) {
    if (at === hurry[0]) stream.hurry(hurry[1]);
    if (size > 0) await connection.push("x".repeat(size));
    await clock.advance(pause);
  }
  assertEquals(isOver, true);
  stream.close();
  return clock.monotonic() - began;
}

Deno.test("linger() reads and drops for timeouts.body, but does not wait for long, and not for what only drips", async () => {
  const cases: readonly (readonly [string, Parameters<typeof lingering>[0], number])[] = [
    ["nothing comes", {}, 5000],
    ["much comes all the time", { size: 50_000 }, 30_000],
    ["timeouts.body is short", { body: 1000, size: 50_000, pause: 100 }, 1000],
    ["timeouts.body is shorter than a pause", { body: 1000, pause: 100 }, 1000],
    ["with long pauses", { size: 1000, pause: 4500, bodyRate: 100 }, 30_000],
    ["a byte now and then", { size: 1, bodyRate: 100 }, 5000],
    ["half of the rate", { size: 25, bodyRate: 100 }, 10_000],
    ["the rate", { size: 50, bodyRate: 100 }, 30_000],
    ["hurried before", { size: 1000, pause: 100, hurry: [-1, 2000] }, 2000],
    ["hurried while it waits", { pause: 500, hurry: [500, 2000] }, 2500],
    ["hurried while much comes", { size: 1000, hurry: [10_000, 2000] }, 12_000],
    ["hurried shortly before its end", { size: 1000, hurry: [29_000, 2000] }, 30_000],
  ];
  for (const [what, how, expected] of cases) {
    const took = await lingering(how);
    // A deadline is noticed up to two ticks late, and here only when something comes.
    const late = took - expected;
    assert(late >= -100 && late <= (how.pause ?? 500) + 600, `${what}: ${took} ms`);
  }
});

Deno.test("linger() ends when the client ends, and holds nothing of what came", async () => {
  const { connection, buffer, stream } = start();
  const over = stream.linger();
  for (let i = 0; i < 100; i++) await connection.push("x".repeat(100_000));
  assertEquals([connection.closed, buffer.length], [false, 0]);
  assert(buffer.bytes.length <= 64 * 1024);
  await connection.push(null);
  await over;
});

Deno.test("there is only one read at a time, whoever asks", async () => {
  const { connection, buffer, stream } = start();
  const both = Promise.all([stream.read(16), stream.read(16)]);
  assertEquals(stream.isReading, true);
  await connection.push("once");
  assertEquals(await both, ["bytes", "bytes"]);
  assertEquals([received(buffer), stream.isReading], ["once", false]);
});

Deno.test("its observer is told of the end, of what is sent after it, and once that the client is gone", async () => {
  const { connection, stream } = start();
  const told: string[] = [];
  stream.observer = {
    ended: () => told.push("ended"),
    sentAfterEnd: () => told.push("sent"),
    gone: () => told.push("gone"),
  };
  await stream.write(toBytes("x"));
  assertEquals(told, []);
  const reading = stream.read(16);
  await connection.push(null);
  assertEquals(await reading, "ended");
  connection.takes = 1;
  await stream.write(toBytes("xyz"));
  assertEquals(told, ["ended", "sent"]);
  stream.close();
  stream.close();
  await settle();
  assertEquals(told, ["ended", "sent", "gone"]);
});

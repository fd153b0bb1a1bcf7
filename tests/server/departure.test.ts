import { assert, assertEquals } from "@std/assert";
import type { ReceiveBuffer } from "../../lib/bytes/receive_buffer.ts";
import { Departure } from "../../lib/server/departure.ts";
import { toBytes, toText } from "../support/wire.ts";
import { settle } from "../support/fakes.ts";
import { startStream } from "./fakes.ts";

function start() {
  const fakes = startStream();
  return { ...fakes, departure: new Departure(fakes.stream) };
}
const received = (buffer: ReceiveBuffer) => toText(buffer.bytes.subarray(buffer.start, buffer.end));

Deno.test("watch() takes only a bounded part of what a client sends ahead", async () => {
  const { connection, buffer, departure } = start();
  departure.watch();
  await connection.push(...Array.from({ length: 200 }, () => "x".repeat(1024)));
  // Each read waits for an answer of the fake, so there are many turns to wait for.
  for (let i = 0; i < 100; i++) await settle();
  assert(buffer.length >= 64 * 1024 && buffer.length < 80 * 1024, `${buffer.length} bytes are held`);
});

Deno.test("after unwatch() a read that is under way is its last", async () => {
  const { connection, buffer, departure } = start();
  departure.watch();
  departure.unwatch();
  await connection.push("first", "second");
  assertEquals(received(buffer), "first");
});

Deno.test("onGone() calls back once, and not after it was taken back", async () => {
  const { stream, departure } = start();
  let gone = 0, takenBack = 0;
  departure.onGone(() => gone++);
  departure.onGone(() => takenBack++)();
  stream.close();
  stream.close();
  await settle();
  assertEquals([gone, takenBack], [1, 0]);
  // Who comes too late is told as well.
  departure.onGone(() => gone++);
  await settle();
  assertEquals(gone, 2);
});

Deno.test("a client that has ended its side is taken for gone when nothing can be sent to it for a while", async () => {
  const { connection, clock, stream, departure } = start();
  let gone = 0;
  departure.watch();
  departure.onGone(() => gone++);
  await connection.push(null);
  await clock.advance(900);
  assertEquals(gone, 0);
  // What is sent meanwhile gives it new time.
  await stream.write(toBytes("x"));
  await clock.advance(900);
  assertEquals(gone, 0);
  await clock.advance(300);
  assertEquals([gone, connection.closed], [1, true]);
});

Deno.test("a client that has ended its side may wait for an answer that nobody wants to break off", async () => {
  const { connection, clock, departure } = start();
  departure.watch();
  await connection.push(null);
  await clock.advance(60_000);
  assertEquals(connection.closed, false);
});

Deno.test("watch() shares its read with whoever asks meanwhile", async () => {
  const { connection, buffer, stream, departure } = start();
  departure.watch();
  departure.watch();
  const reading = stream.read(16);
  await connection.push("once");
  assertEquals([await reading, received(buffer)], ["bytes", "once"]);
});

Deno.test("a client that has ended its side before somebody wants to know has the same grace", async () => {
  const { connection, clock, stream, departure } = start();
  departure.watch();
  await connection.push(null);
  await clock.advance(5000);
  let gone = 0;
  departure.onGone(() => gone++);
  await clock.advance(900);
  assertEquals([gone, stream.gone], [0, false]);
  await clock.advance(300);
  assertEquals([gone, stream.gone], [1, true]);
});

Deno.test("the grace begins only when nothing else is being waited for", async () => {
  const { connection, clock, stream, departure } = start();
  let gone = 0;
  departure.onGone(() => gone++);
  departure.watch();
  connection.stalls = true;
  const writing = stream.write(toBytes("x"));
  await connection.push(null);
  await clock.advance(2000);
  assertEquals(gone, 0, "a write is under way, which tells more");
  connection.stalls = false;
  await connection.push();
  await writing;
  await clock.advance(1200);
  assertEquals(gone, 1);
});

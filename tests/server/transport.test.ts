import { assert, assertEquals, assertRejects } from "@std/assert";
import { ReceiveBuffer } from "../../lib/bytes/receive_buffer.ts";
import { GoneError } from "../../lib/http/message.ts";
import { PeerError } from "../../lib/http1/peer_error.ts";
import { Transport } from "../../lib/server/transport.ts";
import { toBytes, toText } from "../support/wire.ts";
import { FakeConnection, fakeContext, settle, TIMEOUTS } from "./fakes.ts";

function start() {
  const { context, clock } = fakeContext();
  const connection = new FakeConnection(), buffer = new ReceiveBuffer();
  return { connection, buffer, clock, transport: new Transport(connection, buffer, context) };
}
const received = (buffer: ReceiveBuffer) => toText(buffer.bytes.subarray(buffer.start, buffer.end));

Deno.test("write() goes on until everything is taken", async () => {
  const { connection, transport } = start();
  connection.takes = 3;
  await transport.write(toBytes("0123456789"));
  assertEquals([connection.output, connection.writes], ["0123456789", 4]);
  assertEquals(transport.phase, "nothing");
});

Deno.test("write() gives up a client that takes nothing for timeouts.send", async () => {
  const { connection, clock, transport } = start();
  connection.stalls = true;
  const writing = assertRejects(() => transport.write(toBytes("x")), GoneError);
  await clock.advance(TIMEOUTS.send - 1);
  assertEquals(connection.closed, false);
  await clock.advance(200);
  assertEquals(connection.closed, true);
  await writing;
  await assertRejects(() => transport.write(toBytes("x")), GoneError);
});

Deno.test("every piece that a client takes gives it new time", async () => {
  const { connection, clock, transport } = start();
  connection.takes = 1;
  const writing = transport.write(toBytes("abc"));
  for (let i = 0; i < 3; i++) {
    connection.stalls = true;
    await clock.advance(TIMEOUTS.send - 200);
    connection.stalls = false;
    await connection.push();
  }
  await writing;
  assertEquals([connection.output, connection.closed], ["abc", false]);
});

Deno.test("a write that fails means that the client is gone", async () => {
  const { connection, clock, transport } = start();
  connection.breaks = true;
  await assertRejects(() => transport.write(toBytes("x")), GoneError);
  assertEquals([connection.closed, transport.gone, clock.running], [true, true, 0]);
});

Deno.test("read() says what came: bytes, the end, or that the client is gone", async () => {
  const { connection, buffer, transport } = start();
  await connection.push("hello");
  assertEquals(await transport.read(16), "bytes");
  assertEquals(received(buffer), "hello");
  await connection.push(null);
  assertEquals(await transport.read(16), "ended");
  assertEquals(await transport.read(16), "ended");
  transport.close();
  assertEquals(transport.gone, true);
});

Deno.test("read() during a reset says that the client is gone", async () => {
  const { connection, transport } = start();
  const reading = transport.read(16);
  connection.close();
  assertEquals(await reading, "gone");
  assertEquals(await transport.read(16), "gone");
});

Deno.test("there is only one read at a time, whoever asks", async () => {
  const { connection, buffer, transport } = start();
  transport.watch();
  const both = Promise.all([transport.read(16), transport.read(16)]);
  await connection.push("once");
  assertEquals(await both, ["bytes", "bytes"]);
  assertEquals(received(buffer), "once");
});

Deno.test("watch() takes only a bounded part of what a client sends ahead", async () => {
  const { connection, buffer, transport } = start();
  transport.watch();
  await connection.push(...Array.from({ length: 200 }, () => "x".repeat(1024)));
  // Each read waits for an answer of the fake, so there are many turns to wait for.
  for (let i = 0; i < 100; i++) await settle();
  assert(buffer.length >= 64 * 1024 && buffer.length < 80 * 1024, `${buffer.length} bytes are held`);
});

Deno.test("after unwatch() a read that is under way is its last", async () => {
  const { connection, buffer, transport } = start();
  transport.watch();
  transport.unwatch();
  await connection.push("first", "second");
  assertEquals(received(buffer), "first");
});

Deno.test("readBody() is 408 when nothing comes for timeouts.body", async () => {
  const { connection, clock, transport } = start();
  const reading = assertRejects(() => transport.readBody(16), PeerError);
  await clock.advance(TIMEOUTS.body + 200);
  assertEquals((await reading).status, 408);
  // The answer is still to be sent.
  assertEquals(connection.closed, false);
  await transport.write(toBytes("408"));
  assertEquals(connection.output, "408");
});

Deno.test("readBody() rejects when the client leaves", async () => {
  const { transport } = start();
  const reading = assertRejects(() => transport.readBody(16), GoneError);
  transport.close();
  await reading;
});

Deno.test("linger() drops what still comes, up to its bytes", async () => {
  const { connection, transport } = start();
  const lingering = transport.linger(2000, 1000);
  await connection.push("x".repeat(900));
  assert(connection.ended && !connection.closed);
  await connection.push("x".repeat(200));
  await lingering;
});

Deno.test("linger() ends when the client ends, and when its time is over", async () => {
  const first = start();
  const lingering = first.transport.linger(2000, 1000);
  await first.connection.push(null);
  await lingering;
  const second = start();
  const waiting = second.transport.linger(2000, 1000);
  await second.clock.advance(2200);
  await waiting;
  assertEquals(second.connection.closed, true);
});

Deno.test("onGone() calls back once, and not after it was taken back", async () => {
  const { transport } = start();
  let gone = 0, takenBack = 0;
  transport.onGone(() => gone++);
  transport.onGone(() => takenBack++)();
  transport.close();
  transport.close();
  await settle();
  assertEquals([gone, takenBack], [1, 0]);
  // Who comes too late is told as well.
  transport.onGone(() => gone++);
  await settle();
  assertEquals(gone, 2);
});

Deno.test("a client that has ended its side is taken for gone when nothing can be sent to it for a while", async () => {
  const { connection, clock, transport } = start();
  let gone = 0;
  transport.watch();
  transport.onGone(() => gone++);
  await connection.push(null);
  await clock.advance(900);
  assertEquals(gone, 0);
  // What is sent meanwhile gives it new time.
  await transport.write(toBytes("x"));
  await clock.advance(900);
  assertEquals(gone, 0);
  await clock.advance(300);
  assertEquals([gone, connection.closed], [1, true]);
});

Deno.test("a client that has ended its side may wait for an answer that nobody wants to break off", async () => {
  const { connection, clock, transport } = start();
  transport.watch();
  await connection.push(null);
  await clock.advance(60_000);
  assertEquals(connection.closed, false);
});

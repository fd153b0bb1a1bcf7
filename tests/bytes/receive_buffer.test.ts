import { assert, assertEquals, assertLessOrEqual, assertStrictEquals } from "@std/assert";
import { ReceiveBuffer } from "../../lib/bytes/receive_buffer.ts";

/** Bytes that tell their place in the stream. */
function numbered(from: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (from + i) % 251);
}

function content(buffer: ReceiveBuffer): Uint8Array {
  return buffer.bytes.subarray(buffer.start, buffer.end);
}

Deno.test("ReceiveBuffer gives back what it was given", () => {
  const buffer = new ReceiveBuffer();
  assertEquals(buffer.length, 0);
  buffer.append(numbered(0, 10));
  buffer.append(numbered(10, 5));
  assertEquals(buffer.length, 15);
  buffer.consume(4);
  assertEquals(content(buffer), numbered(4, 11));
});

Deno.test("ReceiveBuffer takes what was written into its room", () => {
  const buffer = new ReceiveBuffer();
  const room = buffer.writable(100);
  assert(room.length >= 100);
  room.set(numbered(0, 7));
  buffer.commit(7);
  assertEquals(content(buffer), numbered(0, 7));
  buffer.writable(100).set(numbered(7, 3));
  buffer.commit(3);
  assertEquals(content(buffer), numbered(0, 10));
});

Deno.test("ReceiveBuffer.writable() has room for what is asked, whatever came before", () => {
  const buffer = new ReceiveBuffer();
  for (const minimum of [0, 1, 2047, 2048, 2049, 5000, 100_000, 1, 2048]) {
    assert(buffer.writable(minimum).length >= minimum, `${minimum} when empty`);
    buffer.append(numbered(0, 10));
    assert(buffer.writable(minimum).length >= minimum, `${minimum} when not empty`);
    buffer.consume(10);
  }
});

Deno.test("ReceiveBuffer keeps its content when it grows", () => {
  const buffer = new ReceiveBuffer();
  for (let i = 0; i < 300; i++) buffer.append(numbered(i * 100, 100));
  assertEquals(content(buffer), numbered(0, 30_000));
  // Doubling: growing byte by byte would take quadratic time.
  assertLessOrEqual(buffer.bytes.length, 65_536);
});

Deno.test("ReceiveBuffer moves its content to the front before it grows", () => {
  const buffer = new ReceiveBuffer();
  buffer.append(numbered(0, 2000));
  buffer.consume(1500);
  const array = buffer.bytes;
  buffer.append(numbered(2000, 1000));
  assertStrictEquals(buffer.bytes, array);
  assertEquals(content(buffer), numbered(1500, 1500));
});

Deno.test("ReceiveBuffer goes back to its small size when it is empty", () => {
  const buffer = new ReceiveBuffer();
  const small = buffer.bytes.length;
  buffer.append(numbered(0, 100_000));
  buffer.consume(100_000);
  buffer.writable(small);
  assertEquals(buffer.bytes.length, small);
});

Deno.test("ReceiveBuffer keeps a large array for those who want large pieces", () => {
  const buffer = new ReceiveBuffer();
  buffer.writable(100_000);
  const array = buffer.bytes;
  buffer.commit(50_000);
  buffer.consume(50_000);
  buffer.writable(100_000);
  assertStrictEquals(buffer.bytes, array);
});

Deno.test("ReceiveBuffer leaves slices valid until more is written", () => {
  const buffer = new ReceiveBuffer();
  buffer.append(numbered(0, 3000));
  const first = buffer.bytes.subarray(buffer.start, buffer.start + 1000);
  buffer.consume(1000);
  const second = buffer.bytes.subarray(buffer.start, buffer.start + 2000);
  buffer.consume(2000);
  assertEquals(first, numbered(0, 1000));
  assertEquals(second, numbered(1000, 2000));
});

Deno.test("ReceiveBuffer is a queue for any mixture of sizes", () => {
  const buffer = new ReceiveBuffer();
  let written = 0, read = 0, state = 1;
  const upTo = (limit: number) => (state = (state * 48271) % 0x7fffffff) % limit;
  for (let i = 0; i < 2000; i++) {
    const more = upTo(i % 10 === 0 ? 20_000 : 300);
    buffer.append(numbered(written, more));
    written += more;
    const used = upTo(buffer.length + 1);
    assertEquals(content(buffer).subarray(0, used), numbered(read, used));
    buffer.consume(used);
    read += used;
    assertEquals(buffer.length, written - read);
  }
});

Deno.test("ReceiveBuffer shows nothing of what another one received in the same memory", () => {
  const first = new ReceiveBuffer();
  first.append(numbered(0, 100));
  const { bytes } = first;
  first.release();
  assertEquals([first.length, first.bytes.length], [0, 0]);
  const second = new ReceiveBuffer();
  assertStrictEquals(second.bytes, bytes);
  assertEquals(second.length, 0);
  second.append(numbered(5, 3));
  assertEquals(content(second), numbered(5, 3));
});

Deno.test("ReceiveBuffer gives no memory back that had to grow", () => {
  const buffer = new ReceiveBuffer();
  buffer.append(numbered(0, 10_000));
  const { bytes } = buffer;
  buffer.release();
  assert(new ReceiveBuffer().bytes !== bytes);
});

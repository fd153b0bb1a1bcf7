import { assertEquals, assertStrictEquals } from "@std/assert";
import { Gatherer } from "../../lib/bytes/gatherer.ts";
import { toBytes, toText } from "../support/wire.ts";

/** What is written, as text. */
function written(): { writes: string[]; write: (bytes: Uint8Array) => Promise<void> } {
  const writes: string[] = [];
  return { writes, write: (bytes) => Promise.resolve(void writes.push(toText(bytes))) };
}

Deno.test("a gatherer writes once it is full, and never splits a piece", async () => {
  const { writes, write } = written();
  const gatherer = new Gatherer(4);
  for (const piece of ["a", "bc", "d", "ef", "ghi"]) await gatherer.add(toBytes(piece), write);
  assertEquals([writes, toText(gatherer.held)], [["abcd", "ef"], "ghi"]);
  await gatherer.flush(write);
  await gatherer.flush(write);
  assertEquals([writes, toText(gatherer.held)], [["abcd", "ef", "ghi"], ""]);
});

Deno.test("a gatherer does not copy what is larger than it, and keeps the order", async () => {
  const pieces: Uint8Array[] = [], texts: string[] = [];
  const write = (bytes: Uint8Array) => {
    pieces.push(bytes);
    return Promise.resolve(void texts.push(toText(bytes)));
  };
  const gatherer = new Gatherer(4);
  const large = toBytes("12345");
  for (const piece of [toBytes("a"), large, toBytes("1234"), toBytes("b")]) await gatherer.add(piece, write);
  assertEquals([texts, toText(gatherer.held)], [["a", "12345", "1234"], "b"]);
  assertStrictEquals(pieces[1], large);
});

Deno.test("a gatherer takes a hundred thousand bytes one by one in a few writes and one buffer", async () => {
  const { writes, write } = written();
  const gatherer = new Gatherer(16 * 1024);
  for (let i = 0; i < 100_000; i++) await gatherer.add(Uint8Array.of(0x61 + i % 26), write);
  await gatherer.flush(write);
  assertEquals(writes.length, 7);
  const all = writes.join("");
  assertEquals(all.length, 100_000);
  assertEquals([...all].every((letter, i) => letter.charCodeAt(0) === 0x61 + i % 26), true);
});

Deno.test("a gatherer that is released holds nothing", async () => {
  const { writes, write } = written();
  const gatherer = new Gatherer(8);
  await gatherer.add(toBytes("abc"), write);
  gatherer.release();
  await gatherer.flush(write);
  await gatherer.add(toBytes("d"), write);
  assertEquals([writes, toText(gatherer.held)], [[], "d"]);
});

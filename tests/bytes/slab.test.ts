import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { Slab } from "../../lib/bytes/slab.ts";

Deno.test("pieces are of the length asked for, beside each other, and never given twice", () => {
  const slab = new Slab(1024);
  const pieces = Array.from({ length: 60 }, (_, at) => slab.take(at).fill(at));
  for (const [at, piece] of pieces.entries()) assertEquals(piece, new Uint8Array(at).fill(at));
  assertStrictEquals(pieces[1]!.buffer, pieces[2]!.buffer);
  assert(pieces[1]!.buffer !== pieces[59]!.buffer);
});

Deno.test("what is large gets memory of its own, to its last byte", () => {
  const slab = new Slab(1024);
  assertEquals(slab.take(129).buffer.byteLength, 129);
  assertEquals(slab.take(128).buffer.byteLength, 1024);
});

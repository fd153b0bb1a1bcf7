import { assert, assertEquals } from "@std/assert";
import { LineBatch } from "../../lib/runtime/line_batch.ts";

const textOf = (pieces: readonly Uint8Array[]) =>
  pieces.map((piece) => new TextDecoder().decode(piece)).join("");

Deno.test("a batch gives every line with its end, in the order in which they came", () => {
  const batch = new LineBatch();
  batch.line("one");
  batch.lines(new TextEncoder().encode("two\nthree\n"));
  batch.line("");
  batch.line("fünf €");
  assertEquals(textOf(batch.take()), "one\ntwo\nthree\n\nfünf €\n");
  assertEquals(batch.take(), []);
});

Deno.test("a batch says how many bytes a line has", () => {
  const batch = new LineBatch();
  assertEquals([batch.line("one"), batch.line("€"), batch.line("")], [4, 4, 1]);
});

Deno.test("lines of any length come whole, whatever piece they begin in", () => {
  const batch = new LineBatch();
  const lines = Array.from({ length: 300 }, (_, i) => String.fromCharCode(0x61 + i % 26).repeat(i * i % 9001))
    .concat("€".repeat(6000), "é".repeat(20_000));
  let size = 0;
  for (const line of lines) size += batch.line(line);
  const pieces = batch.take();
  assertEquals(textOf(pieces), lines.map((line) => `${line}\n`).join(""));
  assertEquals(pieces.reduce((sum, piece) => sum + piece.length, 0), size);
});

Deno.test("the memory of what was taken is not written to any more", () => {
  const batch = new LineBatch();
  batch.line("first");
  const [piece] = batch.take();
  batch.line("second");
  assertEquals(textOf([piece!]), "first\n");
  assert(batch.take()[0]!.buffer !== piece!.buffer);
});

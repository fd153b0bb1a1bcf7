import { assertEquals } from "@std/assert";
import { PipeReader } from "../../lib/runtime/pipe_reader.ts";

/** A reader of what a stream is given, piece by piece. */
function startReader(): { reader: PipeReader; stream: ReadableByteStreamController } {
  let stream: ReadableByteStreamController | undefined;
  const reader = new PipeReader(
    new ReadableStream({ type: "bytes", start: (controller) => void (stream = controller) }),
  );
  return { reader, stream: stream! };
}

Deno.test("PipeReader reads everything in its order, in pieces that grow with what there is", async () => {
  const all = Uint8Array.from({ length: 300_000 }, (_, i) => i * 31 + (i >> 8));
  const { reader, stream } = startReader();
  stream.enqueue(all.slice());
  stream.close();
  const lengths: number[] = [];
  const read = new Uint8Array(all.length);
  let length = 0;
  for (let piece = await reader.next(); piece !== null; piece = await reader.next()) {
    read.set(piece, length);
    length += piece.length;
    lengths.push(piece.length);
  }
  assertEquals(lengths.slice(0, 3), [4096, 65_536, 65_536]);
  assertEquals(read, all);
  assertEquals(await reader.next(), null);
});

Deno.test("PipeReader gives what there is without waiting for more", async () => {
  const { reader, stream } = startReader();
  const first = reader.next();
  stream.enqueue(Uint8Array.of(1, 2));
  assertEquals(await first, Uint8Array.of(1, 2));
  stream.enqueue(Uint8Array.of(3));
  assertEquals(await reader.next(), Uint8Array.of(3));
  reader.close();
});

Deno.test("PipeReader takes a broken pipe, and its own end, for the end", async () => {
  const broken = startReader();
  const pending = broken.reader.next();
  broken.stream.error(new Error("broken"));
  assertEquals(await pending, null);
  assertEquals(await broken.reader.next(), null);
  broken.reader.close();

  const closed = startReader();
  const waiting = closed.reader.next();
  closed.reader.close();
  assertEquals(await waiting, null);
  closed.reader.close();
});

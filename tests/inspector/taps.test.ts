import { assertEquals } from "@std/assert";
import { BufferPool } from "../../lib/bytes/buffer_pool.ts";
import { Kept, MOST_KEPT, TappedSource } from "../../lib/inspector/taps.ts";
import { fakeBody } from "../cgi/fakes.ts";
import { TappedBody } from "../../lib/inspector/taps.ts";

/** Room that counts. */
function roomOf(most = Infinity) {
  const room = {
    taken: 0,
    buffers: new BufferPool(MOST_KEPT, 4),
    take(bytes: number): boolean {
      if (room.taken + bytes > most) return false;
      room.taken += bytes;
      return true;
    },
    give(bytes: number): void {
      room.taken -= bytes;
    },
  };
  return room;
}

const pieceOf = (length: number, start = 0) => Uint8Array.from({ length }, (_, index) => start + index);

Deno.test("of what passes the beginning is kept, however it is cut, and no more memory than it may", () => {
  for (const size of [1, 7, 1000, 16_384, 16_385, 65_535, 65_536, 65_537, 200_000]) {
    const room = roomOf(), kept = new Kept(room), all = pieceOf(200_000);
    const piece = new Uint8Array(size);
    for (let at = 0; at < all.length; at += size) {
      const part = all.subarray(at, at + size);
      piece.set(part);
      kept.put(piece.subarray(0, part.length));
      // It is used again.
      piece.fill(0);
    }
    assertEquals([kept.length, kept.passed, kept.held, room.taken], [
      MOST_KEPT,
      200_000,
      MOST_KEPT,
      MOST_KEPT,
    ]);
    assertEquals(kept.bytes, all.subarray(0, MOST_KEPT));
    room.give(kept.held);
    kept.drop();
    assertEquals([room.taken, room.buffers.used, kept.held, kept.bytes.length], [0, 0, 0, 0]);
  }
});

Deno.test("a short content takes as much memory as it has", () => {
  const room = roomOf(), kept = new Kept(room);
  kept.put(pieceOf(100));
  assertEquals([kept.held, room.taken], [100, 100]);
  kept.put(pieceOf(1, 100));
  assertEquals([kept.bytes, room.taken === kept.held, kept.held <= 200], [pieceOf(101), true, true]);
});

Deno.test("where there is no room, what is kept is a beginning nevertheless", () => {
  const room = roomOf(1000), kept = new Kept(room);
  kept.put(pieceOf(600));
  kept.put(pieceOf(600));
  kept.put(pieceOf(1));
  assertEquals([kept.bytes, kept.passed, room.taken], [pieceOf(600), 1201, 600]);
});

Deno.test("what was given up to make room for itself is not taken", () => {
  const room = roomOf();
  const kept: Kept = new Kept({
    ...room,
    take(bytes) {
      if (kept.held > 0) {
        room.give(kept.held);
        kept.drop();
      }
      return room.take(bytes);
    },
  });
  kept.put(pieceOf(10));
  kept.put(pieceOf(10));
  assertEquals([kept.held, room.taken], [0, 0]);
  kept.put(pieceOf(10));
  assertEquals([kept.held, room.taken], [0, 0]);
});

Deno.test("memory that another content has taken over does not change what was read before", () => {
  const room = roomOf(), first = new Kept(room);
  first.put(pieceOf(20_000));
  const { bytes } = first;
  first.drop();
  new Kept(room).put(new Uint8Array(20_000).fill(9));
  assertEquals(bytes, pieceOf(20_000));
});

Deno.test("a tapped source is as the source: its length, its end, and its close", async () => {
  let closed = 0;
  const source = {
    length: 5,
    prompt: true,
    read: (buffer: Uint8Array) => {
      buffer.set([1, 2]);
      return Promise.resolve(2);
    },
    close: () => void closed++,
  };
  const kept = new Kept(roomOf());
  const tapped = new TappedSource(source, kept);
  assertEquals([tapped.length, tapped.prompt, tapped.isAtEnd], [5, true, undefined]);
  assertEquals(await tapped.read(new Uint8Array(10)), 2);
  assertEquals(kept.bytes, new Uint8Array([1, 2]));
  tapped.close();
  assertEquals(closed, 1);
  assertEquals(
    await new TappedSource({ ...source, isAtEnd: () => Promise.resolve(false) }, kept).isAtEnd!(),
    false,
  );
});

Deno.test("a tapped body knows whether it was read to its end", async () => {
  const tapped = new TappedBody(fakeBody(["one", "two"], 6), roomOf());
  assertEquals([tapped.length, tapped.isWhole], [6, false]);
  while (await tapped.read() !== null);
  assertEquals([tapped.isWhole, new TextDecoder().decode(tapped.kept.bytes)], [true, "onetwo"]);
});

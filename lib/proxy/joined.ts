/**
 * Pieces of content put together, for one write.
 *
 * @module
 */
import { Slab } from "../bytes/slab.ts";

/** What is small is gone once it is written. */
const slab = new Slab();

/** A copy of all of them, one behind the other. @param length of all of them, in bytes */
export function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = slab.take(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** A chunk of which the pieces would cost more to be written one by one than to be put together, in bytes. */
const SMALL_CHUNK = 64 * 1024;

/** Small pieces leave in one write. */
export function together(pieces: readonly Uint8Array[]): readonly Uint8Array[] {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  return pieces.length < 2 || length > SMALL_CHUNK ? pieces : [joined(pieces, length)];
}

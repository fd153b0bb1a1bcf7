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

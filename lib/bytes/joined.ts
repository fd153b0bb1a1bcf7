/**
 * Pieces of bytes put together.
 *
 * @module
 */

/** A copy of all of them, one behind the other. @param length of all of them, in bytes */
export function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

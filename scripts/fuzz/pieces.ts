/**
 * Bytes put together and cut apart.
 *
 * @module
 */
import type { Random } from "./random.ts";

/** All pieces as one. */
export function concat(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** The input in pieces: single bytes, few large ones, or a mixture. */
export function cutAtRandom(input: Uint8Array, random: Random): Uint8Array[] {
  const largest = [1, 4, 40, Math.max(1, input.length)][random.below(4)]!;
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < input.length;) {
    const end = at + 1 + random.below(largest);
    pieces.push(input.subarray(at, end));
    at = end;
  }
  return pieces;
}

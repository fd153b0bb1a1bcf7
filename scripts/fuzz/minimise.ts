/**
 * Small inputs from large ones.
 *
 * @module
 */
import { concat } from "./pieces.ts";

/** How many smaller inputs are tried at most. */
const MAX_TRIES = 5000;

/** Leaves out parts of an input, larger ones first, as long as it still fails. */
export async function minimise(
  input: Uint8Array,
  fails: (input: Uint8Array) => Promise<boolean>,
): Promise<Uint8Array> {
  let smallest = input, tries = 0;
  for (let length = smallest.length >> 1; length >= 1; length >>= 1) {
    for (let start = 0; start < smallest.length && tries < MAX_TRIES; tries++) {
      const shorter = concat([smallest.subarray(0, start), smallest.subarray(start + length)]);
      if (await fails(shorter)) smallest = shorter;
      else start += length;
    }
  }
  return smallest;
}

/**
 * Integers of RFC 7541 section 5.1, up to 2^31 - 1. What is longer than that needs is refused.
 *
 * @module
 */

/** readIntegerEnd(): the bytes end before the integer. */
export const INCOMPLETE = -1;

/** readIntegerEnd(): it is larger than 2^31 - 1, or has more bytes than that needs. */
export const TOO_LARGE = -2;

/** Bytes after the first one. */
const MOST_BYTES = 5;

const LARGEST = 2 ** 31 - 1;

/** The value that readIntegerEnd() has found. PERF: two results without an object. */
export let integer = 0;

/**
 * Reads the integer whose first byte is `bytes[at]`, before `end`, into `integer`.
 *
 * @param prefix the bits of the first byte that belong to it, all set
 * @returns the offset behind it, INCOMPLETE or TOO_LARGE
 */
export function readIntegerEnd(bytes: Uint8Array, at: number, end: number, prefix: number): number {
  integer = bytes[at]! & prefix;
  if (integer < prefix) return at + 1;
  for (let i = 1, unit = 1; i <= MOST_BYTES; i++, unit *= 128) {
    if (at + i >= end) return INCOMPLETE;
    const byte = bytes[at + i]!;
    integer += (byte & 0x7f) * unit;
    if (byte < 0x80) return integer > LARGEST ? TOO_LARGE : at + i + 1;
  }
  return TOO_LARGE;
}

/** Bytes of the longest integer that writeInteger() makes. */
export const INTEGER_ROOM = MOST_BYTES + 1;

/**
 * Writes an integer, and gives the offset behind it.
 *
 * @param flags the other bits of the first byte
 */
export function writeInteger(
  value: number,
  prefix: number,
  flags: number,
  into: Uint8Array,
  offset: number,
): number {
  if (value < prefix) {
    into[offset] = flags | value;
    return offset + 1;
  }
  into[offset++] = flags | prefix;
  for (value -= prefix; value >= 0x80; value = Math.floor(value / 0x80)) into[offset++] = value & 0x7f | 0x80;
  into[offset] = value;
  return offset + 1;
}

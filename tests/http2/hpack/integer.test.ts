/**
 * Integers with every prefix: RFC 7541 section 5.1 and Appendix C.1.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import {
  INCOMPLETE,
  integer,
  INTEGER_ROOM,
  readIntegerEnd,
  TOO_LARGE,
  writeInteger,
} from "../../../lib/http2/hpack/integer.ts";

function write(value: number, bits: number): number[] {
  const bytes = new Uint8Array(INTEGER_ROOM);
  return [...bytes.subarray(0, writeInteger(value, 2 ** bits - 1, 0, bytes, 0))];
}

for (
  const [what, value, bits, bytes] of [
    ["C.1.1: 10 with a prefix of 5 bits", 10, 5, [0b01010]],
    ["C.1.2: 1337 with a prefix of 5 bits", 1337, 5, [0b11111, 0b10011010, 0b00001010]],
    ["C.1.3: 42 with a prefix of 8 bits", 42, 8, [0b00101010]],
    ["the largest", 2 ** 31 - 1, 7, [0x7f, 0x80, 0xff, 0xff, 0xff, 0x07]],
  ] as const
) {
  Deno.test(`an integer is written and read: ${what}`, () => {
    assertEquals(write(value, bits), [...bytes]);
    assertEquals(readIntegerEnd(Uint8Array.from(bytes), 0, bytes.length, 2 ** bits - 1), bytes.length);
    assertEquals(integer, value);
  });
}

Deno.test("integers come back with every prefix, and wait for their last byte", () => {
  const values = Array.from({ length: 32 }, (_, bit) => [2 ** bit - 2, 2 ** bit - 1, 2 ** bit]).flat();
  for (const value of [...values, 1337, 16_511, 16_512].filter((value) => value >= 0 && value < 2 ** 31)) {
    for (let bits = 4; bits <= 8; bits++) {
      const bytes = Uint8Array.from(write(value, bits));
      for (let end = 1; end < bytes.length; end++) {
        assertEquals(readIntegerEnd(bytes, 0, end, 2 ** bits - 1), INCOMPLETE);
      }
      assertEquals(readIntegerEnd(bytes, 0, bytes.length, 2 ** bits - 1), bytes.length);
      assertEquals(integer, value);
    }
  }
});

Deno.test("an integer of 2^31, or of more bytes than it needs, is too large", () => {
  for (const bytes of [[0x7f, 0x81, 0xff, 0xff, 0xff, 0x07], [0x7f, 0x80, 0x80, 0x80, 0x80, 0x80]]) {
    assertEquals(readIntegerEnd(Uint8Array.from(bytes), 0, bytes.length, 0x7f), TOO_LARGE);
  }
});

/**
 * Text to Huffman text: RFC 7541 section 5.2.
 *
 * @module
 */
import { CODES, LENGTHS } from "./huffman_code.ts";

/** Bits that are taken at once. With the seven that may wait they fit the 32 bits of an operation. */
const MOST_BITS = 16;

const QUESTION_MARK = 0x3f;

/** SECURITY: a character that does not fit one byte becomes `?`, as in encodeLatin1Into(). */
const byteAt = (text: string, index: number): number => {
  const code = text.charCodeAt(index);
  return code > 0xff ? QUESTION_MARK : code;
};

/** Bytes that a text has as Huffman text. */
export function huffmanLength(text: string): number {
  let bits = 0;
  for (let i = 0; i < text.length; i++) bits += LENGTHS[byteAt(text, i)]!;
  return Math.ceil(bits / 8);
}

/** Writes a text, one byte a character, into `into` at `offset`, and gives the offset behind its padding. */
export function encodeHuffmanInto(text: string, into: Uint8Array, offset: number): number {
  let waiting = 0, bits = 0;
  for (let i = 0; i < text.length; i++) {
    const byte = byteAt(text, i), code = CODES[byte]!;
    for (let left = LENGTHS[byte]!; left > 0;) {
      const taken = Math.min(left, MOST_BITS);
      left -= taken;
      waiting = waiting << taken | code >>> left & (1 << taken) - 1;
      for (bits += taken; bits >= 8;) into[offset++] = waiting >>> (bits -= 8);
    }
  }
  if (bits > 0) into[offset++] = waiting << 8 - bits | 0xff >>> bits;
  return offset;
}

/**
 * The text of a string literal: RFC 7541 section 5.2.
 *
 * @module
 */
import { decodeAscii, decodeLatin1 } from "../../bytes/latin1.ts";
import { decodeHuffman } from "./huffman_decode.ts";

/** The text, one character a byte, of `bytes[start..end)`; undefined if it is no Huffman text and should be. */
export function readText(
  bytes: Uint8Array,
  start: number,
  end: number,
  isHuffman: boolean,
): string | undefined {
  if (start === end) return "";
  if (isHuffman) return decodeHuffman(bytes, start, end);
  let seen = 0;
  for (let at = start; at < end; at++) seen |= bytes[at]!;
  return seen < 0x80 ? decodeAscii(bytes, start, end) : decodeLatin1(bytes, start, end);
}

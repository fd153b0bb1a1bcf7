/**
 * Control characters of ASCII and ISO 8859-1, which must not get into a log as they are: a line end forges a line, and
 * terminals obey others.
 *
 * @module
 */
import { LF, SPACE, TAB } from "./ascii.ts";

/** All of them as the inside of a character class, for patterns that are made of it. */
export const CONTROLS = "\\x00-\\x1f\\x7f-\\x9f";

/**
 * Makes a function that writes control characters as `\xHH`.
 *
 * @param kept those that stay as they are
 */
export function controlEscaper(kept = ""): (text: string) => string {
  const pattern = `(?![${kept}])[${CONTROLS}]`;
  // An expression that searches all is not asked whether there is one: it would remember where it stopped.
  const any = new RegExp(pattern), each = new RegExp(pattern, "g");
  // PERF: hardly any text has one.
  return (text) => any.test(text) ? text.replace(each, escape) : text;
}

/**
 * True if there is a control character in a text in UTF-8, but for tabs and line ends.
 *
 * PERF: every line of the logs passes here once more, so four bytes are looked at together. What is nearly always right
 * is visible ASCII; only where one of them is none they are looked at one by one.
 */
export function hasControlBytes(bytes: Uint8Array): boolean {
  const isAligned = bytes.byteOffset % 4 === 0, count = isAligned ? bytes.length >> 2 : 0;
  const words = new Int32Array(bytes.buffer, isAligned ? bytes.byteOffset : 0, count);
  for (let i = 0; i < count; i++) {
    const word = words[i]!, flipped = word ^ 0x7f7f7f7f;
    // The high bit of a byte that is below a space, that is DELETE, or that is not ASCII.
    const low = (word - 0x20202020) & ~word, deleted = (flipped - 0x01010101) & ~flipped;
    if (((low | deleted | word) & HIGH_BITS) !== 0 && hasControl(bytes, i * 4, i * 4 + 4)) return true;
  }
  return hasControl(bytes, count * 4, bytes.length);
}

const HIGH_BITS = 0x80808080 | 0;
const DELETE = 0x7f;

function hasControl(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    if (byte < SPACE ? byte !== LF && byte !== TAB : byte === DELETE) return true;
    // The first of the two bytes of U+0080 to U+00BF.
    if (byte === 0xc2 && i + 1 < bytes.length && bytes[i + 1]! < 0xa0) return true;
  }
  return false;
}

function escape(control: string): string {
  return `\\x${control.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
}

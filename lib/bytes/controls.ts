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
 * PERF: every line of the logs passes here once more, about a nanosecond a byte.
 */
export function hasControlBytes(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (byte >= SPACE && byte < DELETE) continue;
    if (byte < SPACE ? byte !== LF && byte !== TAB : byte === DELETE) return true;
    // The first of the two bytes of U+0080 to U+00BF.
    if (byte === 0xc2 && (bytes[i + 1] ?? 0) < 0xa0) return true;
  }
  return false;
}

const DELETE = 0x7f;

function escape(control: string): string {
  return `\\x${control.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
}

/**
 * OWS and BWS of RFC 9110 section 5.6.3.
 *
 * @module
 */
import { SPACE, TAB } from "./ascii.ts";

/**
 * Text without the spaces and tabs around it.
 *
 * SECURITY: not trim(), which takes 0xA0 for white space too: a byte of UTF-8 characters, and `chunked\xA0` is not chunked
 * for others. And no regular expression, which takes quadratic time for many blanks within.
 */
export function withoutBlanks(text: string): string {
  let start = 0, end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}

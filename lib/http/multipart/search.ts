/**
 * Finds the delimiter of a multipart body (RFC 2046 section 5.1.1) in binary data. It is Horspool's search: the byte
 * where the delimiter would end tells how far it can be moved at once, mostly by its whole length.
 *
 * SECURITY: who sends the body chooses delimiter and data, so the worst case counts. A comparison starts at the CR that
 * only the delimiter's first byte is: no two comparisons read the same matching bytes, and the time stays linear.
 *
 * @module
 */
import { CR } from "../../bytes/ascii.ts";

/** Looks for one delimiter. */
export class DelimiterSearch {
  readonly #delimiter: Uint8Array;
  /** By the byte under the delimiter's end: how far to move on; 0 for that end itself. */
  readonly #skips: Uint8Array;
  /** How far to move on from the delimiter's last byte when it is not the delimiter. */
  readonly #skipAfterLast: number;

  /** @param delimiter begins with its only CR, and is shorter than 256 bytes */
  constructor(delimiter: Uint8Array) {
    const last = delimiter.length - 1;
    this.#delimiter = delimiter;
    this.#skips = new Uint8Array(256).fill(delimiter.length);
    for (let i = 0; i < last; i++) this.#skips[delimiter[i]!] = last - i;
    this.#skipAfterLast = this.#skips[delimiter[last]!]!;
    this.#skips[delimiter[last]!] = 0;
  }

  /** Where the first delimiter in `bytes[start..end)` begins, or -1. */
  find(bytes: Uint8Array, start: number, end: number): number {
    const skips = this.#skips, last = this.#delimiter.length - 1, skipAfterLast = this.#skipAfterLast;
    for (let at = start + last; at < end;) {
      const skip = skips[bytes[at]!]!;
      if (skip !== 0) at += skip;
      // PERF: the first byte is looked at here, since a call for each byte of hostile data is dear.
      else if (bytes[at - last] === CR && this.#isAt(bytes, at - last)) return at - last;
      else at += skipAfterLast;
    }
    return -1;
  }

  /** How many of the last bytes of `bytes[start..end)` may be the beginning of a delimiter. */
  beginningAtEnd(bytes: Uint8Array, start: number, end: number): number {
    const delimiter = this.#delimiter;
    const first = Math.max(start, end - delimiter.length + 1);
    let begin = end - 1;
    while (begin >= first && bytes[begin] !== CR) begin--;
    if (begin < first) return 0;
    // Bytes before the last CR cannot be part of it.
    for (let at = begin + 1; at < end; at++) {
      if (bytes[at] !== delimiter[at - begin]) return 0;
    }
    return end - begin;
  }

  #isAt(bytes: Uint8Array, start: number): boolean {
    const delimiter = this.#delimiter;
    for (let i = 0; i < delimiter.length; i++) {
      if (bytes[start + i] !== delimiter[i]) return false;
    }
    return true;
  }
}

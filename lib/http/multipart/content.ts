/**
 * What stands before a delimiter of a multipart body (RFC 2046 section 5.1.1): a part's content or the preamble. A
 * delimiter may be cut anywhere; bytes that only looked like its beginning are given as the content that they are.
 * Refuses nothing.
 *
 * @module
 */
import { encodeLatin1 } from "../../bytes/latin1.ts";
import { DelimiterSearch } from "./search.ts";

const NOTHING = new Uint8Array();

/** The line end that belongs to a delimiter. */
const LINE_END = 2;

/** Reads up to delimiter after delimiter. */
export class ContentReader {
  /** Bytes that the last read() took. */
  consumed = 0;
  /** True if these reach behind a delimiter. */
  isAtDelimiter = false;
  /** How many bytes of a delimiter the input so far ends with. */
  #matched = LINE_END;
  /** How many of these are no content, should it be no delimiter after all. */
  #assumed = LINE_END;
  readonly #delimiter: Uint8Array;
  readonly #search: DelimiterSearch;

  constructor(boundary: string) {
    this.#delimiter = encodeLatin1(`\r\n--${boundary}`);
    this.#search = new DelimiterSearch(this.#delimiter);
  }

  /**
   * Starts again. The line end before the first delimiter may be missing, and the empty line that ends a header may be
   * the one of the delimiter behind it, so both count as read.
   */
  begin(): void {
    this.isAtDelimiter = false;
    this.#matched = this.#assumed = LINE_END;
  }

  /** The next piece of content; it may be empty. At the end of the bytes a possible beginning of a delimiter is held. */
  read(bytes: Uint8Array, start: number): Uint8Array {
    if (this.#matched > 0) return this.#goOnMatching(bytes, start);
    const found = this.#search.find(bytes, start, bytes.length);
    this.isAtDelimiter = found >= 0;
    if (found >= 0) {
      this.consumed = found + this.#delimiter.length - start;
      return bytes.subarray(start, found);
    }
    this.consumed = bytes.length - start;
    this.#matched = this.#search.beginningAtEnd(bytes, start, bytes.length);
    return bytes.subarray(start, bytes.length - this.#matched);
  }

  #goOnMatching(bytes: Uint8Array, start: number): Uint8Array {
    const delimiter = this.#delimiter;
    let at = start, matched = this.#matched;
    while (at < bytes.length && matched < delimiter.length && bytes[at] === delimiter[matched]) {
      at++;
      matched++;
    }
    this.isAtDelimiter = matched === delimiter.length;
    if (this.isAtDelimiter || at === bytes.length) {
      this.consumed = at - start;
      this.#matched = matched;
      return NOTHING;
    }
    // None of the bytes of this call is taken: what was held goes first, as a copy: the receiver may write there.
    this.consumed = 0;
    const held = delimiter.slice(this.#assumed, this.#matched);
    this.#matched = this.#assumed = 0;
    return held;
  }
}

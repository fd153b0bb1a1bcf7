/**
 * The request line, RFC 9112 section 3, scanned byte by byte and resumable at every byte. Refuses all but single
 * spaces, a token, the target's characters and an upper-case version: nothing is repaired.
 *
 * @module
 */
import { CR, LF, SPACE, TARGET, TOKEN } from "../bytes/ascii.ts";
import { HttpError } from "../http/errors.ts";

const METHOD = 0, IN_TARGET = 1, VERSION = 2, CARRIAGE_RETURN = 3, LINE_FEED = 4;

/** `d` stands for a digit. */
const VERSION_PATTERN = "HTTP/d.d";
const MAJOR_DIGIT = VERSION_PATTERN.indexOf("d");

/** Finds the parts of one request line; offsets count from the line's start. */
export class RequestLineScanner {
  methodEnd = 0;
  targetEnd = 0;
  major = 0;
  minor = 0;
  #phase = METHOD;
  #position = 0;
  readonly #limit: number;

  /** @param limit bytes of the line without its CRLF */
  constructor(limit: number) {
    this.#limit = limit;
  }

  reset(): void {
    this.#phase = METHOD;
    this.#position = 0;
  }

  /**
   * Goes on scanning the line that begins at `bytes[start]`, as far as `end`.
   *
   * @returns the line's length with its CRLF, or 0 while it is incomplete
   * @throws {HttpError} 400, 414 or 505, at the first byte that is wrong
   */
  scan(bytes: Uint8Array, start: number, end: number): number {
    const last = Math.min(end, start + this.#limit);
    let at = start + this.#position;
    if (this.#phase === METHOD) {
      while (at < last && TOKEN[bytes[at]!] === 1) at++;
      if (at < last) {
        if (bytes[at] !== SPACE || at === start) throw new HttpError(400, "The method is not a token");
        this.methodEnd = at++ - start;
        this.#phase = IN_TARGET;
      }
    }
    if (this.#phase === IN_TARGET) {
      while (at < last && TARGET[bytes[at]!] === 1) at++;
      if (at < last) {
        if (bytes[at] !== SPACE || at - start === this.methodEnd + 1) {
          throw new HttpError(400, "The request target is empty or has a character that no URI has");
        }
        this.targetEnd = at++ - start;
        this.#phase = VERSION;
      }
    }
    if (this.#phase === VERSION) at = this.#scanVersion(bytes, start, at, last);
    if (this.#phase === CARRIAGE_RETURN && at < end) {
      if (bytes[at] !== CR) throw this.#unexpected(at - start);
      at++;
      this.#phase = LINE_FEED;
    }
    this.#position = at - start;
    if (at === end) return 0;
    if (this.#phase !== LINE_FEED) throw this.#unexpected(at - start);
    if (bytes[at] !== LF) throw new HttpError(400, "A bare CR in the request line");
    if (this.major !== 1 || this.minor > 1) {
      throw new HttpError(505, `HTTP/${this.major}.${this.minor} is not spoken`);
    }
    return at + 1 - start;
  }

  #scanVersion(bytes: Uint8Array, start: number, from: number, last: number): number {
    const versionStart = start + this.targetEnd + 1;
    const versionEnd = versionStart + VERSION_PATTERN.length;
    let at = from;
    for (; at < last && at < versionEnd; at++) {
      const index = at - versionStart, byte = bytes[at]!, digit = byte - 0x30;
      if (VERSION_PATTERN[index] !== "d") {
        if (byte !== VERSION_PATTERN.charCodeAt(index)) {
          throw new HttpError(400, "The request line does not end in an HTTP version");
        }
      } else if (digit < 0 || digit > 9) {
        throw new HttpError(400, "The HTTP version is not made of two digits");
      } else if (index === MAJOR_DIGIT) this.major = digit;
      else this.minor = digit;
    }
    if (at === versionEnd) this.#phase = CARRIAGE_RETURN;
    return at;
  }

  /** The line goes on at `length` where it may not: past its limit, or past its version. */
  #unexpected(length: number): HttpError {
    return length >= this.#limit
      ? new HttpError(414, "The request line is longer than limits.request_line")
      : new HttpError(400, "Something follows the HTTP version");
  }
}

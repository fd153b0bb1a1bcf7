/**
 * The status line of a response, RFC 9112 section 4, scanned byte by byte and resumable at every byte. Refuses all but
 * single spaces, an upper-case version and three digits. The space before an empty reason phrase may be missing, as nothing
 * else can be meant, and some servers leave it out for a status that they do not know (WEBrick).
 *
 * @module
 */
import { CR, FIELD_VALUE, LF, SPACE } from "../bytes/ascii.ts";
import { UpstreamFault } from "./client_events.ts";

const PREFIX = 0, REASON = 1, LINE_FEED = 2;

/** `d` stands for a digit. */
const PATTERN = "HTTP/d.d ddd";
const MAJOR_DIGIT = PATTERN.indexOf("d"), MINOR_DIGIT = MAJOR_DIGIT + 2, CODE = PATTERN.indexOf("ddd");
const CODE_END = PATTERN.length;

/** Where the reason phrase begins, if there is one (RFC 9112 section 4). */
export const REASON_START: number = CODE_END + 1;

/** Finds the parts of one status line; offsets count from the line's start. */
export class StatusLineScanner {
  minor = 0;
  status = 0;
  reasonEnd = 0;
  #major = 0;
  #phase = PREFIX;
  #position = 0;
  readonly #limit: number;

  /** @param limit bytes of the line without its CRLF */
  constructor(limit: number) {
    this.#limit = limit;
  }

  reset(): void {
    this.#phase = PREFIX;
    this.#position = 0;
    this.status = 0;
  }

  /**
   * Goes on scanning the line that begins at `bytes[start]`, as far as `end`.
   *
   * @returns the line's length with its CRLF, or 0 while it is incomplete
   * @throws {UpstreamFault} at the first byte that is wrong
   */
  scan(bytes: Uint8Array, start: number, end: number): number {
    const last = Math.min(end, start + this.#limit);
    let at = start + this.#position;
    if (this.#phase === PREFIX) {
      while (at < last && at - start < CODE_END) this.#prefixByte(at - start, bytes[at++]!);
      if (at < end && at - start === CODE_END) {
        if (this.status < 100) throw new UpstreamFault(`The status ${this.status} is below 100`);
        if (bytes[at] === SPACE && at < last) at++;
        else if (bytes[at] !== CR) throw this.#unexpected(at - start, "Something follows the status");
        this.#phase = REASON;
      }
    }
    if (this.#phase === REASON) {
      while (at < last && FIELD_VALUE[bytes[at]!] === 1) at++;
      // The limit is that of the line without its end.
      if (at < end && bytes[at] === CR) {
        this.reasonEnd = at++ - start;
        this.#phase = LINE_FEED;
      } else if (at < end) throw this.#unexpected(at - start, "A control character in the reason phrase");
    }
    this.#position = at - start;
    if (at === end) return 0;
    if (this.#phase !== LINE_FEED) throw this.#unexpected(at - start);
    if (bytes[at] !== LF) throw new UpstreamFault("A bare CR in the status line");
    return at + 1 - start;
  }

  #prefixByte(index: number, byte: number): void {
    if (PATTERN[index] !== "d") {
      if (byte !== PATTERN.charCodeAt(index)) throw new UpstreamFault(NO_VERSION);
      if (index === CODE - 1) this.#checkVersion();
      return;
    }
    const digit = byte - 0x30;
    if (digit < 0 || digit > 9) {
      throw new UpstreamFault(index < CODE ? NO_VERSION : "The status is not made of three digits");
    }
    if (index === MAJOR_DIGIT) this.#major = digit;
    else if (index === MINOR_DIGIT) this.minor = digit;
    else this.status = this.status * 10 + digit;
  }

  #checkVersion(): void {
    if (this.#major === 1 && this.minor <= 1) return;
    throw new UpstreamFault(`HTTP/${this.#major}.${this.minor} is not spoken`);
  }

  /** The line goes on at `length` where it may not: past its limit, or for the reason that is given. */
  #unexpected(length: number, why = ""): UpstreamFault {
    return new UpstreamFault(
      length >= this.#limit ? "The status line is longer than limits.request_line" : why,
    );
  }
}

const NO_VERSION = "The answer does not begin with an HTTP version and a space";

/**
 * Field lines, RFC 9112 section 5, scanned byte by byte and resumable at every byte, for header sections and trailer
 * sections. Refuses obs-fold, space before the colon, empty names, control bytes, bare CR and bare LF.
 *
 * @module
 */
import { COLON, CR, FIELD_VALUE, LF, SPACE, TAB, TOKEN } from "../bytes/ascii.ts";
import { decodeAscii, decodeLatin1 } from "../bytes/latin1.ts";
import { FieldBlock } from "../http/fields.ts";
import type { WireLimits } from "./limits.ts";
import { HttpError } from "../http/errors.ts";

const LINE_START = 0, NAME = 1, BEFORE_VALUE = 2, VALUE = 3, LINE_FEED = 4, LAST_LINE_FEED = 5;

/** Numbers kept for each field: where its name begins and ends, where its value begins and ends. */
const OFFSETS = 4;

/** PERF: nearly every section comes in one piece, and needs its offsets only until its fields are read. */
const SHARED = new Int32Array(32 * OFFSETS);

/** Finds the fields of one section; offsets count from the section's start. */
export class FieldSectionScanner {
  #phase = LINE_START;
  #position = 0;
  #count = 0;
  #nonAscii = 0;
  #offsets: Int32Array = SHARED;
  readonly #limits: WireLimits;

  constructor(limits: WireLimits) {
    this.#limits = limits;
  }

  reset(): void {
    this.#phase = LINE_START;
    this.#position = 0;
    this.#count = 0;
    this.#nonAscii = 0;
    this.#offsets = SHARED;
  }

  /**
   * Goes on scanning the section that begins at `bytes[start]`, as far as `end`.
   *
   * @returns the section's length with its empty line, or 0 while it is incomplete
   * @throws {HttpError} 400 or 431, at the first byte that is wrong
   */
  scan(bytes: Uint8Array, start: number, end: number): number {
    const last = Math.min(end, start + this.#limits.headerFields);
    let at = start + this.#position, phase = this.#phase;
    while (at < last) {
      const byte = bytes[at]!;
      if (phase === LINE_START) {
        if (byte === CR) {
          phase = LAST_LINE_FEED;
          at++;
          continue;
        }
        this.#beginLine(byte, at - start);
        phase = NAME;
      }
      if (phase === NAME) {
        while (at < last && TOKEN[bytes[at]!] === 1) at++;
        if (at === last) break;
        if (bytes[at] !== COLON) throw new HttpError(400, "A field name is not a token followed by a colon");
        this.#offsets[this.#count * OFFSETS + 1] = at++ - start;
        phase = BEFORE_VALUE;
      }
      if (phase === BEFORE_VALUE) {
        while (at < last && (bytes[at] === SPACE || bytes[at] === TAB)) at++;
        if (at === last) break;
        this.#offsets[this.#count * OFFSETS + 2] = at - start;
        phase = VALUE;
      }
      if (phase === VALUE) {
        let seen = 0;
        while (at < last && FIELD_VALUE[bytes[at]!] === 1) seen |= bytes[at++]!;
        this.#nonAscii |= seen & 0x80;
        if (at === last) break;
        if (bytes[at] !== CR) throw new HttpError(400, "A field value has a control character");
        this.#endLine(bytes, start, at);
        at++;
        phase = LINE_FEED;
      } else if (byte !== LF) throw new HttpError(400, "A bare CR in the fields");
      else if (phase === LAST_LINE_FEED) return at + 1 - start;
      else {
        at++;
        phase = LINE_START;
      }
    }
    this.#phase = phase;
    this.#position = at - start;
    if (at < end) throw new HttpError(431, "The fields are longer than limits.header_fields");
    if (this.#offsets === SHARED && at > start) this.#offsets = SHARED.slice();
    return 0;
  }

  /** The fields of the section that scan() has found complete, to be asked for at once. */
  fields(bytes: Uint8Array, start: number, length: number): FieldBlock {
    // PERF: one string for the whole section; the slices share it.
    const decode = this.#nonAscii ? decodeLatin1 : decodeAscii;
    const text = decode(bytes, start, start + length);
    const offsets = this.#offsets, count = this.#count;
    const names = new Array<string>(count), values = new Array<string>(count);
    for (let i = 0, o = 0; i < count; i++, o += OFFSETS) {
      names[i] = text.slice(offsets[o], offsets[o + 1]);
      values[i] = text.slice(offsets[o + 2], offsets[o + 3]);
    }
    return new FieldBlock(names, values);
  }

  #beginLine(first: number, offset: number): void {
    if (first === SPACE || first === TAB) throw new HttpError(400, "A folded field line");
    if (TOKEN[first] === 0) throw new HttpError(400, "A field line does not begin with a name");
    if (this.#count >= this.#limits.headerCount) {
      throw new HttpError(431, "There are more fields than limits.header_count");
    }
    if (this.#offsets.length === this.#count * OFFSETS) {
      const larger = new Int32Array(this.#offsets.length * 2);
      larger.set(this.#offsets);
      this.#offsets = larger;
    }
    this.#offsets[this.#count * OFFSETS] = offset;
  }

  /** Ends the value at the CR `at`, without the white space before it. */
  #endLine(bytes: Uint8Array, start: number, at: number): void {
    const valueStart = start + this.#offsets[this.#count * OFFSETS + 2]!;
    let valueEnd = at;
    while (valueEnd > valueStart && (bytes[valueEnd - 1] === SPACE || bytes[valueEnd - 1] === TAB)) {
      valueEnd--;
    }
    this.#offsets[this.#count * OFFSETS + 3] = valueEnd - start;
    this.#count++;
  }
}

/**
 * The chunked transfer coding, RFC 9112 section 7.1, decoded as it arrives. Extensions are checked against their
 * grammar and dropped, trailers are read and dropped. Refuses sizes past 2^52, bare LF, and white space that the
 * grammar does not have.
 *
 * @module
 */
import {
  BACKSLASH,
  CR,
  DOUBLE_QUOTE,
  EQUALS,
  FIELD_VALUE,
  HEX_VALUE,
  LF,
  QUOTED_TEXT,
  SEMICOLON,
  SPACE,
  TAB,
  TOKEN,
} from "../bytes/ascii.ts";
import { FieldSectionScanner } from "./field_lines.ts";
import { MAX_CHUNK_EXTENSION, MAX_CHUNK_SIZE_DIGITS, type WireLimits } from "./limits.ts";
import { HttpError } from "../http/errors.ts";

const enum Phase {
  Size,
  /** Behind a size, a name or a value: `;`, white space or the line's end. */
  AfterPart,
  /** Behind white space that only a `;` may follow. */
  BeforeSemicolon,
  BeforeName,
  Name,
  /** Behind white space after a name: `=` or `;`. */
  AfterName,
  BeforeValue,
  Value,
  Quoted,
  QuotedPair,
  LineFeed,
  Data,
  DataCarriageReturn,
  DataLineFeed,
  Trailers,
}

/** What decode() found at the start of its bytes. */
export type Decoded = "incomplete" | "data" | "end";

/** Decodes one message body. After each decode(), `consumed` bytes are to be dropped. */
export class ChunkedDecoder {
  /** Bytes of the last decode() that are done with, the data included. */
  consumed = 0;
  /** Where the data of the last decode() begins and ends, after the answer "data". */
  dataStart = 0;
  dataEnd = 0;
  #phase: Phase = Phase.Size;
  #digits = 0;
  #size = 0;
  #extension = 0;
  readonly #trailers: FieldSectionScanner;

  constructor(limits: WireLimits) {
    this.#trailers = new FieldSectionScanner(limits);
  }

  /** Data of the current chunk that is still to come. */
  get announced(): number {
    return this.#phase === Phase.Data ? this.#size : 0;
  }

  /**
   * Takes the next piece of the body from `bytes[start..end)`.
   *
   * @throws {HttpError} 400 or 431 (trailers over the limit)
   */
  decode(bytes: Uint8Array, start: number, end: number): Decoded {
    let at = start;
    while (at < end) {
      if (this.#phase === Phase.Data) return this.#data(start, at, end);
      if (this.#phase === Phase.Trailers) {
        // The trailer section stays in the buffer until it is whole: it is bounded like a header section.
        const length = this.#trailers.scan(bytes, at, end);
        this.consumed = at + length - start;
        return length > 0 ? "end" : "incomplete";
      }
      this.#phase = this.#step(bytes[at++]!);
    }
    this.consumed = at - start;
    return "incomplete";
  }

  #data(start: number, at: number, end: number): Decoded {
    const length = Math.min(this.#size, end - at);
    this.dataStart = at;
    this.dataEnd = at + length;
    this.consumed = this.dataEnd - start;
    this.#size -= length;
    if (this.#size === 0) this.#phase = Phase.DataCarriageReturn;
    return "data";
  }

  /** One byte of what is around the data; gives the next phase. */
  #step(byte: number): Phase {
    switch (this.#phase) {
      case Phase.Size: {
        const digit = HEX_VALUE[byte]!;
        if (digit === 255) {
          if (this.#digits === 0) throw new HttpError(400, "A chunk has no size");
          return this.#afterPart(byte);
        }
        if (++this.#digits > MAX_CHUNK_SIZE_DIGITS) {
          throw new HttpError(400, "A chunk size has too many digits");
        }
        this.#size = this.#size * 16 + digit;
        return Phase.Size;
      }
      case Phase.LineFeed:
        if (byte !== LF) throw new HttpError(400, "A bare CR after a chunk size");
        this.#digits = this.#extension = 0;
        return this.#size === 0 ? Phase.Trailers : Phase.Data;
      case Phase.DataCarriageReturn:
        if (byte !== CR) throw new HttpError(400, "A chunk is longer than its size");
        return Phase.DataLineFeed;
      case Phase.DataLineFeed:
        if (byte !== LF) throw new HttpError(400, "A chunk is longer than its size");
        return Phase.Size;
      default:
        return this.#extensionStep(byte);
    }
  }

  /** chunk-ext = *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] ) */
  #extensionStep(byte: number): Phase {
    if (++this.#extension > MAX_CHUNK_EXTENSION) throw new HttpError(400, "A chunk extension is too long");
    const blank = byte === SPACE || byte === TAB;
    switch (this.#phase) {
      case Phase.AfterPart:
        return this.#afterPart(byte);
      case Phase.BeforeSemicolon:
        if (blank) return Phase.BeforeSemicolon;
        if (byte === SEMICOLON) return Phase.BeforeName;
        break;
      case Phase.BeforeName:
        if (blank) return Phase.BeforeName;
        if (TOKEN[byte] === 1) return Phase.Name;
        break;
      case Phase.Name:
        if (TOKEN[byte] === 1) return Phase.Name;
        if (byte === EQUALS) return Phase.BeforeValue;
        return blank ? Phase.AfterName : this.#afterPart(byte);
      case Phase.AfterName:
        if (blank) return Phase.AfterName;
        if (byte === EQUALS) return Phase.BeforeValue;
        if (byte === SEMICOLON) return Phase.BeforeName;
        break;
      case Phase.BeforeValue:
        if (blank) return Phase.BeforeValue;
        if (byte === DOUBLE_QUOTE) return Phase.Quoted;
        if (TOKEN[byte] === 1) return Phase.Value;
        break;
      case Phase.Value:
        return TOKEN[byte] === 1 ? Phase.Value : this.#afterPart(byte);
      case Phase.Quoted:
        if (byte === DOUBLE_QUOTE) return Phase.AfterPart;
        if (byte === BACKSLASH) return Phase.QuotedPair;
        if (QUOTED_TEXT[byte] === 1) return Phase.Quoted;
        break;
      case Phase.QuotedPair:
        if (FIELD_VALUE[byte] === 1) return Phase.Quoted;
        break;
    }
    throw new HttpError(400, "A chunk extension breaks its grammar");
  }

  #afterPart(byte: number): Phase {
    if (byte === CR) return Phase.LineFeed;
    if (byte === SEMICOLON) return Phase.BeforeName;
    if (byte === SPACE || byte === TAB) return Phase.BeforeSemicolon;
    throw new HttpError(400, "A chunk size line breaks its grammar");
  }
}

/**
 * The fields of one body part (RFC 2046 section 5.1, RFC 7578 section 4), read as they arrive. Refuses what the header
 * section of a request refuses: folded lines, space before the colon, empty names, control bytes, bare CR and bare LF.
 * (lib/http1 has the reader of those; this floor lies below it.)
 *
 * @module
 */
import { COLON, CR, FIELD_VALUE, LF, SPACE, TAB, TOKEN } from "../../bytes/ascii.ts";
import { withoutBlanks } from "../../bytes/blanks.ts";
import { decodeLatin1 } from "../../bytes/latin1.ts";
import { FieldBlock } from "../fields.ts";
import { HttpError } from "../errors.ts";

const enum Phase {
  LineStart,
  Name,
  Value,
  LineFeed,
  LastLineFeed,
}

/** Reads the header sections of the parts, one after another. */
export class PartFieldsReader {
  /** Bytes that the last read() took. */
  consumed = 0;
  #phase: Phase = Phase.LineStart;
  /** Of the section, so far. */
  #length = 0;
  /** Of the name or value that is being read, so far. */
  #text = "";
  #names: string[] = [];
  #values: string[] = [];
  readonly #limit: number;

  /** @param limit in bytes, for a section with its empty line */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Goes on reading at `bytes[start]`, as far as `end`. Nothing is kept of the bytes.
   *
   * @returns the fields once the section is whole, undefined before
   * @throws {HttpError} at the first byte that is wrong or past the limit
   */
  read(bytes: Uint8Array, start: number, end: number): FieldBlock | undefined {
    const last = Math.min(end, start + this.#limit - this.#length);
    let at = start;
    while (at < last) {
      switch (this.#phase) {
        case Phase.LineStart:
          this.#phase = this.#lineStart(bytes[at]!);
          if (this.#phase === Phase.LastLineFeed) at++;
          break;
        case Phase.Name:
          at = this.#readRun(bytes, at, last, TOKEN);
          if (at < last) this.#endName(bytes[at++]!);
          break;
        case Phase.Value:
          at = this.#readRun(bytes, at, last, FIELD_VALUE);
          if (at < last) this.#endValue(bytes[at++]!);
          break;
        case Phase.LineFeed:
          expectLineFeed(bytes[at++]!);
          this.#phase = Phase.LineStart;
          break;
        case Phase.LastLineFeed:
          expectLineFeed(bytes[at++]!);
          this.consumed = at - start;
          return this.#take();
      }
    }
    if (at < end) throw new HttpError(413, "The header of a part is too long");
    this.#length += at - start;
    this.consumed = at - start;
    return undefined;
  }

  #lineStart(byte: number): Phase {
    if (byte === CR) return Phase.LastLineFeed;
    if (byte === SPACE || byte === TAB) throw new HttpError(400, "A folded field line in a part");
    if (TOKEN[byte] === 0) throw new HttpError(400, "A field line of a part does not begin with a name");
    return Phase.Name;
  }

  /** Takes the bytes that `table` has into the text. */
  #readRun(bytes: Uint8Array, start: number, end: number, table: Uint8Array): number {
    let at = start;
    while (at < end && table[bytes[at]!] === 1) at++;
    this.#text += decodeLatin1(bytes.subarray(start, at));
    return at;
  }

  #endName(byte: number): void {
    if (byte !== COLON) {
      throw new HttpError(400, "A field name of a part is not a token followed by a colon");
    }
    this.#names.push(this.#text);
    this.#text = "";
    this.#phase = Phase.Value;
  }

  #endValue(byte: number): void {
    if (byte !== CR) throw new HttpError(400, "A field value of a part has a control character");
    this.#values.push(withoutBlanks(this.#text));
    this.#text = "";
    this.#phase = Phase.LineFeed;
  }

  #take(): FieldBlock {
    const fields = new FieldBlock(this.#names, this.#values);
    this.#names = [];
    this.#values = [];
    this.#phase = Phase.LineStart;
    this.#length = 0;
    return fields;
  }
}

function expectLineFeed(byte: number): void {
  if (byte !== LF) throw new HttpError(400, "A bare CR in the header of a part");
}

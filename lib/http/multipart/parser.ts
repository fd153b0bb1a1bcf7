/**
 * multipart/form-data (RFC 7578, RFC 2046 section 5.1) as it arrives: bytes go in, events come out, and however the
 * bytes are cut, the events are the same (but for how a part's content is cut into data). Nothing is held but a part's
 * header, so memory does not grow with the body.
 *
 * Refuses: a boundary that stands on a line with more behind it than white space (also where a longer word only begins
 * with the boundary: section 5.1.1 makes the sender choose one that is not in the content); lines that end in LF alone;
 * headers that break the grammar; too many parts, too long headers; an end before the final boundary. Preamble and
 * epilogue are dropped as they come. No parts at all is what a browser sends for an empty form, and is accepted.
 *
 * @module
 */
import { CR, LF, SPACE, TAB } from "../../bytes/ascii.ts";
import type { FieldBlock } from "../fields.ts";
import { isBoundary } from "./boundary.ts";
import { ContentReader } from "./content.ts";
import { HttpError } from "../errors.ts";
import { PartFieldsReader } from "./fields.ts";

/** How much of a body is read. */
export interface MultipartLimits {
  /** Bytes of one part's header with its empty line. */
  readonly partHeader: number;
  /** All parts count: files and plain fields. */
  readonly parts: number;
}

/** What came next in the body. */
export type MultipartEvent =
  | { readonly type: "part"; readonly fields: FieldBlock }
  /** Never empty; valid until the next push(). */
  | { readonly type: "data"; readonly bytes: Uint8Array }
  | { readonly type: "end of part" }
  /** From here on it comes at every call. What follows in the body is the epilogue: push it or drop it. */
  | { readonly type: "end" }
  | { readonly type: "need data" };

const END_OF_PART: MultipartEvent = { type: "end of part" };
const END: MultipartEvent = { type: "end" };
const NEED_DATA: MultipartEvent = { type: "need data" };

const HYPHEN = 0x2d;

const enum Phase {
  Preamble,
  Header,
  Content,
  /** Right behind a boundary. */
  AfterBoundary,
  SecondHyphen,
  Padding,
  LineFeed,
  /** Behind the final boundary, whose line may also end with the input. */
  FinalPadding,
  FinalLineFeed,
  Epilogue,
}

/** Reads one body: push() a piece, then next() until it needs data; endOfInput() behind the last piece. */
export class MultipartParser {
  #bytes: Uint8Array = new Uint8Array();
  #at = 0;
  #inputEnded = false;
  #failure: HttpError | undefined;
  #phase: Phase = Phase.Preamble;
  /** A part has begun and its end was not given yet. */
  #inPart = false;
  #parts = 0;
  readonly #limits: MultipartLimits;
  readonly #content: ContentReader;
  readonly #header: PartFieldsReader;

  /** @param boundary from multipartBoundary() */
  constructor(boundary: string, limits: MultipartLimits) {
    if (!isBoundary(boundary)) throw new TypeError(`Unfit boundary "${boundary}"`);
    this.#limits = limits;
    this.#content = new ContentReader(boundary);
    this.#header = new PartFieldsReader(limits.partHeader);
  }

  /**
   * Takes the next bytes, which must stay as they are until next() needs data again.
   *
   * @throws {TypeError} if the bytes before are not used up, or were the last
   */
  push(bytes: Uint8Array): void {
    if (this.#inputEnded) throw new TypeError("push() after endOfInput()");
    if (this.#phase === Phase.Epilogue) return;
    if (this.#at < this.#bytes.length) throw new TypeError("push() before next() needs data");
    this.#bytes = bytes;
    this.#at = 0;
  }

  /** Nothing more will come. */
  endOfInput(): void {
    this.#inputEnded = true;
  }

  /**
   * What came next.
   *
   * @throws {HttpError} if the body breaks a rule; then at every call
   */
  next(): MultipartEvent {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      while (this.#phase !== Phase.Epilogue && this.#at < this.#bytes.length) {
        const event = this.#step();
        if (event !== undefined) return event;
      }
      return this.#phase !== Phase.Epilogue && !this.#inputEnded ? NEED_DATA : this.#end();
    } catch (error) {
      if (error instanceof HttpError) this.#failure = error;
      throw error;
    }
  }

  #step(): MultipartEvent | undefined {
    switch (this.#phase) {
      case Phase.Preamble:
        this.#readContent();
        return undefined;
      case Phase.Content: {
        const bytes = this.#readContent();
        return bytes.length > 0 ? { type: "data", bytes } : undefined;
      }
      case Phase.Header: {
        const fields = this.#header.read(this.#bytes, this.#at, this.#bytes.length);
        this.#at += this.#header.consumed;
        return fields && this.#beginPart(fields);
      }
      default:
        return this.#delimiterLine(this.#bytes[this.#at++]!);
    }
  }

  #readContent(): Uint8Array {
    const content = this.#content.read(this.#bytes, this.#at);
    this.#at += this.#content.consumed;
    if (this.#content.isAtDelimiter) this.#phase = Phase.AfterBoundary;
    return content;
  }

  /** One byte of the line behind a boundary. */
  #delimiterLine(byte: number): MultipartEvent | undefined {
    const isBlank = byte === SPACE || byte === TAB;
    switch (this.#phase) {
      case Phase.AfterBoundary:
      case Phase.Padding:
        if (byte === HYPHEN && this.#phase === Phase.AfterBoundary) this.#phase = Phase.SecondHyphen;
        else if (isBlank) this.#phase = Phase.Padding;
        else if (byte === CR) this.#phase = Phase.LineFeed;
        else break;
        return undefined;
      case Phase.LineFeed:
        if (byte !== LF) break;
        if (++this.#parts > this.#limits.parts) throw new HttpError(413, "There are too many parts");
        this.#phase = Phase.Header;
        return this.#endPart();
      case Phase.SecondHyphen:
        if (byte !== HYPHEN) break;
        this.#phase = Phase.FinalPadding;
        return undefined;
      case Phase.FinalPadding:
        if (byte === CR) this.#phase = Phase.FinalLineFeed;
        else if (!isBlank) break;
        return undefined;
      case Phase.FinalLineFeed:
        if (byte !== LF) break;
        this.#phase = Phase.Epilogue;
        return undefined;
    }
    throw new HttpError(400, "A boundary is not followed by the end of its line");
  }

  #beginPart(fields: FieldBlock): MultipartEvent {
    this.#phase = Phase.Content;
    this.#inPart = true;
    this.#content.begin();
    return { type: "part", fields };
  }

  #endPart(): MultipartEvent | undefined {
    if (!this.#inPart) return undefined;
    this.#inPart = false;
    return END_OF_PART;
  }

  #end(): MultipartEvent {
    if (this.#phase !== Phase.Epilogue && this.#phase !== Phase.FinalPadding) {
      throw new HttpError(400, "The body ends before its final boundary");
    }
    this.#phase = Phase.Epilogue;
    return this.#endPart() ?? END;
  }
}

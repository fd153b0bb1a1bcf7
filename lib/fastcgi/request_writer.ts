/**
 * The requests of one connection as bytes: BEGIN_REQUEST, the environment as PARAMS, the body as STDIN (sections 5 and
 * 6.2 of the specification).
 *
 * @module
 */
import {
  BEGIN_REQUEST,
  HEADER,
  KEEP_CONNECTION,
  MOST_CONTENT,
  PARAMS,
  RESPONDER,
  STDIN,
  writeHeader,
} from "./records.ts";

/** The first size of the buffer, in bytes: enough for what a browser sends. */
const SMALL = 4096;

/** Bytes of a record with content, so that the buffer has a round size. */
const LARGEST_RECORD = 0x10000;

/** The most of a body that one call takes, in bytes. */
export const LARGEST_PIECE = LARGEST_RECORD - 2 * HEADER;

/** A value whose length fits seven bits has it in one byte, another in four (section 3.4). */
const LONG = 0x80;

const encoder = new TextEncoder();

/** What is returned is valid until the next call. */
export class RequestWriter {
  #buffer = new Uint8Array(SMALL);
  #length = 0;
  #id = 0;

  /** The request that was begun last. */
  get id(): number {
    return this.#id;
  }

  /**
   * Begins another request. SECURITY: each has a number of its own, so that nothing that belongs to an earlier one is taken
   * for its answer.
   *
   * @param hasContent its body follows
   */
  begin(environment: Readonly<Record<string, string>>, hasContent: boolean): Uint8Array {
    this.#id = this.#id === 0xffff ? 1 : this.#id + 1;
    this.#length = writeHeader(this.#buffer, 0, BEGIN_REQUEST, this.#id, 8);
    this.#buffer.fill(0, this.#length, this.#length + 8);
    this.#buffer[this.#length + 1] = RESPONDER;
    this.#buffer[this.#length + 2] = KEEP_CONNECTION;
    this.#length += 8;
    this.#params(environment);
    this.#header(PARAMS, 0);
    if (!hasContent) this.#header(STDIN, 0);
    return this.#buffer.subarray(0, this.#length);
  }

  /** A piece of its body of at most LARGEST_PIECE bytes. @param isLast nothing follows it */
  content(piece: Uint8Array, isLast: boolean): Uint8Array {
    this.#length = 0;
    this.#reserve(piece.length === 0 ? 2 * HEADER : LARGEST_RECORD);
    if (piece.length > 0) {
      this.#header(STDIN, piece.length);
      this.#buffer.set(piece, this.#length);
      this.#length += piece.length;
    }
    if (isLast) this.#header(STDIN, 0);
    return this.#buffer.subarray(0, this.#length);
  }

  /** Names and values (section 3.4), in as many records as it takes: they are one stream, and cut anywhere. */
  #params(environment: Readonly<Record<string, string>>): void {
    const start = this.#length;
    this.#length += HEADER;
    for (const name in environment) {
      const value = environment[name]!;
      // No character takes more than three bytes.
      this.#reserve(3 * (name.length + value.length) + 8);
      this.#length = writePair(this.#buffer, this.#length, name, value);
    }
    const first = Math.min(this.#length - start - HEADER, MOST_CONTENT);
    writeHeader(this.#buffer, start, PARAMS, this.#id, first);
    let left = this.#length - start - HEADER - first;
    for (let end = start + HEADER + first; left > 0;) {
      const count = Math.min(left, MOST_CONTENT);
      this.#reserve(HEADER);
      this.#buffer.copyWithin(end + HEADER, end, this.#length);
      writeHeader(this.#buffer, end, PARAMS, this.#id, count);
      this.#length += HEADER;
      end += HEADER + count;
      left -= count;
    }
    this.#reserve(2 * HEADER);
  }

  #header(type: number, contentLength: number): void {
    this.#length = writeHeader(this.#buffer, this.#length, type, this.#id, contentLength);
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#buffer.length) return;
    const larger = new Uint8Array(Math.max(needed, 2 * this.#buffer.length));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
  }
}

/** There is room for it. @returns the offset behind it */
function writePair(into: Uint8Array, offset: number, name: string, value: string): number {
  const nameLength = byteLength(name), valueLength = byteLength(value);
  offset = writeText(
    into,
    writeLength(into, writeLength(into, offset, nameLength), valueLength),
    name,
    nameLength,
  );
  return writeText(into, offset, value, valueLength);
}

function writeLength(into: Uint8Array, offset: number, length: number): number {
  if (length < LONG) {
    into[offset] = length;
    return offset + 1;
  }
  into[offset] = (length >>> 24) | LONG;
  into[offset + 1] = length >>> 16;
  into[offset + 2] = length >>> 8;
  into[offset + 3] = length;
  return offset + 4;
}

/** PERF: nearly all of it is short and ASCII, for which a loop is faster than the encoder. */
const SHORT = 64;

function writeText(into: Uint8Array, offset: number, text: string, length: number): number {
  if (length !== text.length || length > SHORT) {
    encoder.encodeInto(text, into.subarray(offset, offset + length));
  } else for (let i = 0; i < length; i++) into[offset + i] = text.charCodeAt(i);
  return offset + length;
}

/** Bytes of a text in UTF-8; a half of a pair that stands alone becomes U+FFFD, as the encoder has it. */
function byteLength(text: string): number {
  let length = text.length;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x80) continue;
    length += code < 0x800 ? 1 : 2;
    if (code >= 0xd800 && code < 0xdc00 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) i++;
  }
  return length;
}

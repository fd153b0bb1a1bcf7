/**
 * What a FastCGI server says: bytes in, events out, whatever way they are cut. Strict: what has no business in an answer
 * (another request's records, another version, what comes behind an end) is a fault, and never skipped.
 *
 * @module
 */
import { END_REQUEST, HEADER, STDERR, STDOUT, VERSION } from "./records.ts";

/** The server broke the protocol. The message is for the error log. */
export class FastcgiFault extends Error {
  override readonly name = "FastcgiFault";
}

/** How a request ended, as the server has it (section 5.5 of the specification). */
export type Ending = "complete" | "cannot multiplex" | "overloaded" | "unknown role";

const ENDINGS: readonly Ending[] = ["complete", "cannot multiplex", "overloaded", "unknown role"];

/** What happens next. Bytes are valid until more are received. */
export type ResponseEvent =
  | { readonly type: "need data" }
  | { readonly type: "output" | "errors"; readonly bytes: Uint8Array }
  /** @param status that of the program, 0 where all went well */
  | { readonly type: "end"; readonly ending: Ending; readonly status: number };

const NEED_DATA: ResponseEvent = { type: "need data" };

const NOTHING = new Uint8Array();

/** Bytes of END_REQUEST: the status, how it ended, and three that are reserved. */
const END_LENGTH = 8;

/** The answers of one connection, one after another. */
export class ResponseReader {
  #bytes: Uint8Array = NOTHING;
  #at = 0;
  #id = 0;
  /** A header, or the content of an END_REQUEST, as far as it has come. */
  readonly #part = new Uint8Array(HEADER);
  #collected = 0;
  #type = 0;
  /** Content and padding that are still to come of the record. */
  #content = 0;
  #padding = 0;
  #outputEnded = false;
  #errorsEnded = false;
  #ended = true;

  /** The next answer is to that request. */
  begin(id: number): void {
    this.#id = id;
    this.#outputEnded = this.#errorsEnded = this.#ended = false;
  }

  /** Takes bytes, once next() needs data. They must not change before it needs some again. */
  receive(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.#at = 0;
  }

  /** The answer has ended, and nothing came behind it. */
  get isClean(): boolean {
    return this.#ended && this.#at === this.#bytes.length && this.#padding === 0 && this.#collected === 0;
  }

  /** @throws {FastcgiFault} */
  next(): ResponseEvent {
    while (!this.#ended) {
      if (this.#content > 0) {
        if (this.#type !== END_REQUEST) return this.#piece();
        if (!this.#collect(END_LENGTH)) return NEED_DATA;
        return this.#end();
      }
      if (!this.#skipPadding() || !this.#collect(HEADER)) return NEED_DATA;
      this.#header();
    }
    this.#skipPadding();
    return NEED_DATA;
  }

  #piece(): ResponseEvent {
    const bytes = this.#bytes.subarray(this.#at, this.#at + this.#content);
    if (bytes.length === 0) return NEED_DATA;
    this.#at += bytes.length;
    this.#content -= bytes.length;
    return { type: this.#type === STDOUT ? "output" : "errors", bytes };
  }

  #end(): ResponseEvent {
    this.#content = 0;
    this.#collected = 0;
    this.#ended = true;
    const ending = ENDINGS[this.#part[4]!];
    if (ending === undefined) {
      throw new FastcgiFault(`a request ended with the unknown status ${this.#part[4]}`);
    }
    const status = new DataView(this.#part.buffer).getInt32(0);
    // What comes behind it belongs to nobody.
    this.#skipPadding();
    return { type: "end", ending, status };
  }

  #header(): void {
    const [version, type, id1, id0, length1, length0, padding] = this.#part as unknown as Head;
    this.#collected = 0;
    if (version !== VERSION) {
      throw new FastcgiFault(`what came is no record of FastCGI: it begins with the byte ${version}`);
    }
    const id = (id1 << 8) + id0;
    if (id !== this.#id) throw new FastcgiFault(`a record came for the request ${id}, which is not asked`);
    this.#type = type;
    this.#content = (length1 << 8) + length0;
    this.#padding = padding;
    if (type === STDOUT) this.#outputEnded = this.#stream("output", this.#outputEnded);
    else if (type === STDERR) this.#errorsEnded = this.#stream("standard error", this.#errorsEnded);
    else if (type !== END_REQUEST) throw new FastcgiFault(`a record of the type ${type} came in an answer`);
    else if (this.#content !== END_LENGTH) {
      throw new FastcgiFault(`the end of a request has ${this.#content} bytes instead of ${END_LENGTH}`);
    }
  }

  /** @param ended it had ended before this record. @returns true if it has ended now */
  #stream(name: string, ended: boolean): boolean {
    if (ended) throw new FastcgiFault(`a record came behind the end of ${name}`);
    return this.#content === 0;
  }

  /** True once so many bytes have come. */
  #collect(count: number): boolean {
    while (this.#collected < count && this.#at < this.#bytes.length) {
      this.#part[this.#collected++] = this.#bytes[this.#at++]!;
    }
    return this.#collected === count;
  }

  #skipPadding(): boolean {
    const count = Math.min(this.#padding, this.#bytes.length - this.#at);
    this.#at += count;
    this.#padding -= count;
    return this.#padding === 0;
  }
}

type Head = readonly [number, number, number, number, number, number, number, number];

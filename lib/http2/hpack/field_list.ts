/**
 * The fields of one header block as they are decoded, kept within the limits (RFC 9113 section 10.5.1): what is beyond
 * them is counted and no longer kept, and what is beyond four times of them ends the connection.
 *
 * @module
 */
import { COLON } from "../../bytes/ascii.ts";

/** What of the server's limits holds for a header block. `Infinity` is no limit. */
export interface FieldLimits {
  /** Bytes of the request line that HTTP/1.1 would have had for `:method` and `:path`; more is 414. */
  readonly requestLine: number;
  /** Bytes of names and values of all other fields, and 32 for each of them; more is 431. */
  readonly headerFields: number;
  /** Field lines but for pseudo-fields; a cookie in several is one (RFC 9113 section 8.2.3); more is 431. */
  readonly headerCount: number;
}

/** What takes the fields of a block. */
export interface FieldSink {
  /**
   * Takes the next field.
   *
   * @returns false if nothing more is to be decoded: the connection ends with ENHANCE_YOUR_CALM
   */
  add(name: string, value: string): boolean;
}

/** So many times the limits are decoded, so that the tables of both sides still agree; then the connection ends. */
export const MOST_TIMES = 4;

/** What each field counts besides its bytes: RFC 9113 section 6.5.2, RFC 7541 section 4.1. */
export const FIELD_OVERHEAD = 32;

/** "GET /path HTTP/1.1" without the method and the target. */
const REST_OF_REQUEST_LINE = "  HTTP/1.1".length;

/** The names and values of one header block. */
export class FieldList implements FieldSink {
  /** As they were sent; nobody has looked at their characters. */
  readonly names: string[] = [];
  readonly values: string[] = [];
  #requestLine = REST_OF_REQUEST_LINE;
  #size = 0;
  #count = 0;
  #lines = 0;
  #hasCookie = false;
  readonly #limits: FieldLimits;

  constructor(limits: FieldLimits) {
    this.#limits = limits;
  }

  /** The status of the answer to a block that was whole and over the limits; undefined if it is within. */
  get refusal(): 414 | 431 | undefined {
    const { requestLine, headerFields, headerCount } = this.#limits;
    if (this.#requestLine > requestLine) return 414;
    return this.#size > headerFields || this.#count > headerCount ? 431 : undefined;
  }

  add(name: string, value: string): boolean {
    const { requestLine, headerFields, headerCount } = this.#limits;
    this.#lines++;
    if (name === ":path" || name === ":method") this.#requestLine += value.length;
    else {
      this.#size += name.length + value.length + FIELD_OVERHEAD;
      if (name.charCodeAt(0) !== COLON) this.#countLine(name);
    }
    if (this.#requestLine <= requestLine && this.#size <= headerFields && this.#count <= headerCount) {
      this.names.push(name);
      this.values.push(value);
    }
    return this.#requestLine <= requestLine * MOST_TIMES && this.#size <= headerFields * MOST_TIMES &&
      this.#lines <= headerCount * MOST_TIMES;
  }

  #countLine(name: string): void {
    if (name !== "cookie") this.#count++;
    else if (!this.#hasCookie) {
      this.#hasCookie = true;
      this.#count++;
    }
  }
}

/**
 * How much of a request's head is taken before it is refused.
 *
 * @module
 */

/** In bytes and lines; `Infinity` is no limit. */
export interface WireLimits {
  /** Bytes of a request line without its CRLF; more is 414. */
  readonly requestLine: number;
  /** Bytes of a header or trailer section; more is 431. */
  readonly headerFields: number;
  /** Field lines of a header or trailer section; more is 431. */
  readonly headerCount: number;
}

/** Digits of a chunk size: enough for 2^52 bytes in one chunk. */
export const MAX_CHUNK_SIZE_DIGITS = 13;

/** Bytes of the extensions of one chunk; more is 400. */
export const MAX_CHUNK_EXTENSION = 4096;

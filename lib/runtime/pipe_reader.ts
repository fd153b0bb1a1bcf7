/**
 * Reads a stream of the runtime into one buffer that is used again and again: a buffer for each piece, as the runtime
 * would make it, is not given back before they are many megabytes.
 *
 * @module
 */

/** Most programs say little, and thousands of them may be started in a second. */
const SMALLEST = 4 * 1024;
/** What a pipe holds. */
const LARGEST = 64 * 1024;

/** Owns the stream. */
export class PipeReader {
  readonly #reader: ReadableStreamBYOBReader;
  #buffer = new ArrayBuffer(SMALLEST);

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader({ mode: "byob" });
  }

  /** The next piece, valid until the next call; null at the end, also where the pipe broke or was closed. */
  async next(): Promise<Uint8Array | null> {
    try {
      const { value } = await this.#reader.read(new Uint8Array(this.#buffer));
      if (value === undefined || value.length === 0) return null;
      const wasFilled = value.length === value.buffer.byteLength;
      this.#buffer = wasFilled && value.length < LARGEST ? new ArrayBuffer(LARGEST) : value.buffer;
      return value;
    } catch {
      // The pipe broke, which is an end like any other.
      return null;
    }
  }

  /** A pending next() ends. */
  close(): void {
    void this.#reader.cancel().catch(() => {});
  }
}

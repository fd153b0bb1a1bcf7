/**
 * Buffers that are used again instead of being made anew for each response.
 *
 * @module
 */

/** Hands out buffers of one size and keeps a bounded number of those given back. */
export class BufferPool {
  readonly #free: Uint8Array<ArrayBuffer>[] = [];

  /**
   * @param size bytes of each buffer
   * @param kept how many unused buffers are kept at most
   */
  constructor(readonly size: number, readonly kept: number) {}

  take(): Uint8Array<ArrayBuffer> {
    return this.#free.pop() ?? new Uint8Array(this.size);
  }

  /** Gives back a buffer of take(), once nothing reads or writes it any more. */
  give(buffer: Uint8Array<ArrayBuffer>): void {
    if (this.#free.length < this.kept) this.#free.push(buffer);
  }
}

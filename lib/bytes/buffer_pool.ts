/**
 * Buffers that are used again instead of being made anew for each response.
 *
 * @module
 */

/** Hands out buffers of one size and keeps a bounded number of those given back. */
export class BufferPool {
  readonly #free: Uint8Array<ArrayBuffer>[] = [];
  #used = 0;

  /**
   * @param size bytes of each buffer
   * @param kept how many unused buffers are kept at most
   */
  constructor(readonly size: number, readonly kept: number) {}

  /** Buffers that were taken and neither given back nor lost: to be trusted where every user says so. */
  get used(): number {
    return this.#used;
  }

  take(): Uint8Array<ArrayBuffer> {
    this.#used++;
    return this.#free.pop() ?? new Uint8Array(this.size);
  }

  /** Gives back a buffer of take(), once nothing reads or writes it any more. */
  give(buffer: Uint8Array<ArrayBuffer>): void {
    this.#used--;
    if (this.#free.length < this.kept) this.#free.push(buffer);
  }

  /** A buffer of take() is left to the garbage collector, since the system may still be using it. */
  lose(): void {
    this.#used--;
  }
}

/**
 * Buffers that are used again instead of being made anew for each response, and given back to the system once fewer of
 * them are needed.
 *
 * @module
 */

/** Hands out buffers of one size and keeps a bounded number of those given back. */
export class BufferPool {
  readonly #free: Uint8Array<ArrayBuffer>[] = [];
  #used = 0;
  /** The fewest that were free at one time since the last shrink(). */
  #spare = 0;

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
    const buffer = this.#free.pop();
    if (buffer === undefined) return new Uint8Array(this.size);
    if (this.#free.length < this.#spare) this.#spare = this.#free.length;
    return buffer;
  }

  /** Gives back a buffer of take(), once nothing reads or writes it any more. */
  give(buffer: Uint8Array<ArrayBuffer>): void {
    this.#used--;
    if (this.#free.length < this.kept) this.#free.push(buffer);
  }

  /**
   * Gives back to the system what nobody has needed since the last call. At once, and not with the next collection: a
   * server that nobody asks anything has none.
   */
  shrink(): void {
    for (const buffer of this.#free.splice(0, this.#spare)) buffer.buffer.transfer(0);
    this.#spare = this.#free.length;
  }

  /** A buffer of take() is left to the garbage collector, since the system may still be using it. */
  lose(): void {
    this.#used--;
  }
}

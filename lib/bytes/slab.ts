/**
 * Bytes for what is short-lived and small, cut from larger pieces of memory.
 *
 * PERF: each array of its own is memory that the runtime takes from the system and gives back, which costs about as much as
 * reading the head of a request.
 *
 * @module
 */

/** Gives out pieces, none of them twice; the memory is free once all that was cut from it is forgotten. */
export class Slab {
  #bytes: Uint8Array<ArrayBuffer>;
  #used = 0;

  /** @param size bytes that are taken at a time; what is larger than an eighth of it gets an array of its own */
  constructor(readonly size = 64 * 1024) {
    this.#bytes = new Uint8Array(0);
  }

  take(length: number): Uint8Array<ArrayBuffer> {
    if (length > this.size / 8) return new Uint8Array(length);
    if (this.#used + length > this.#bytes.length) {
      this.#bytes = new Uint8Array(this.size);
      this.#used = 0;
    }
    return this.#bytes.subarray(this.#used, this.#used += length);
  }
}

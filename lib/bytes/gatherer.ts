/**
 * Small pieces made into large ones. Who sends a body byte by byte must not have each byte cost a write, nor an object
 * that is held for it.
 *
 * @module
 */

/** The first size of the buffer, which doubles as it fills. */
const SMALLEST = 4 * 1024;

/** Takes bytes somewhere else. They are valid until it resolves. */
export type Write = (bytes: Uint8Array) => Promise<void>;

/** Holds what is to be written together: never more than its capacity. */
export class Gatherer {
  #buffer = new Uint8Array();
  #length = 0;

  /** @param capacity bytes; a piece that is larger is never copied */
  constructor(readonly capacity: number) {}

  /** What has been added and not been written, valid until the next call. */
  get held(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  /** Copies a piece behind what is held; where it does not fit, that is written first. */
  async add(piece: Uint8Array, write: Write): Promise<void> {
    if (this.#length + piece.length > this.capacity) {
      await this.flush(write);
      if (piece.length > this.capacity) return await write(piece);
    }
    this.#append(piece);
  }

  /** Writes what is held. */
  async flush(write: Write): Promise<void> {
    if (this.#length === 0) return;
    const held = this.held;
    this.#length = 0;
    await write(held);
  }

  /** Drops what is held, and the memory. */
  release(): void {
    this.#buffer = new Uint8Array();
    this.#length = 0;
  }

  #append(piece: Uint8Array): void {
    const needed = this.#length + piece.length;
    if (needed > this.#buffer.length) {
      const larger = new Uint8Array(
        Math.min(this.capacity, Math.max(needed, this.#buffer.length * 2, SMALLEST)),
      );
      larger.set(this.held);
      this.#buffer = larger;
    }
    this.#buffer.set(piece, this.#length);
    this.#length = needed;
  }
}

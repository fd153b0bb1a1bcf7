/**
 * Bytes that are gathered until they are stored at once: memory is taken as they come, under the budget of all uploads.
 *
 * @module
 */
import type { BufferBudget } from "./buffer_budget.ts";

/** Bytes of the first piece of memory. */
const FIRST = 32 * 1024;

/** Owns what it takes of the budget until it is emptied or dropped. */
export class PartBuffer {
  #bytes = new Uint8Array(0);
  #size = 0;
  #isDropped = false;
  readonly #budget: BufferBudget;

  constructor(budget: BufferBudget) {
    this.#budget = budget;
  }

  get size(): number {
    return this.#size;
  }

  /** What has been gathered; valid until something is added. */
  get content(): Uint8Array {
    return this.#bytes.subarray(0, this.#size);
  }

  /**
   * Adds bytes.
   *
   * @param most it never has more, so that no more memory is taken
   * @throws {HttpError} 503 by rejecting
   */
  async add(bytes: Uint8Array, most: number): Promise<void> {
    const needed = this.#size + bytes.length, had = this.#bytes.length;
    if (needed > had) {
      const capacity = Math.max(needed, Math.min(most, Math.max(FIRST, 2 * had)));
      await this.#budget.take(capacity - had);
      if (this.#isDropped) {
        this.#budget.giveBack(capacity - had);
        return;
      }
      const grown = new Uint8Array(capacity);
      grown.set(this.content);
      this.#bytes = grown;
    }
    this.#bytes.set(bytes, this.#size);
    this.#size = needed;
  }

  /** Forgets its bytes; the memory is kept for those that come. */
  clear(): void {
    this.#size = 0;
  }

  /** Gives its memory back. Does nothing the second time. */
  drop(): void {
    this.#isDropped = true;
    this.empty();
  }

  /** Gives its memory back for now. */
  empty(): void {
    this.#budget.giveBack(this.#bytes.length);
    this.#bytes = new Uint8Array(0);
    this.#size = 0;
  }
}

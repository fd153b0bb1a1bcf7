/**
 * What tells the threads of this program that something was stored or removed: counters that they share. Who has changed a
 * key counts up that of the key and those of the folders above it; a look is believed while the counter is as it was when
 * the look began. Keys share counters, so that they take the same memory for any number of keys: a key whose counter has
 * changed with another's is looked at once more than it would have to be.
 *
 * @module
 */

/** Bytes of the buffer that the threads share. */
export const GENERATIONS_BYTES = 64 * 1024;

/** Where FNV-1a begins. */
const BASIS = 0x811c9dc5;
const PRIME = 0x01000193;

const SLASH = 0x2f;

/** The counters of one bucket among those of all. */
export class Generations {
  readonly #slots: Int32Array;
  readonly #basis: number;

  /**
   * @param shared by all threads, or for one thread alone: GENERATIONS_BYTES of zeros
   * @param bucket tells it from every other bucket, in all threads in the same way
   */
  constructor(shared: SharedArrayBuffer | ArrayBuffer, bucket: string) {
    this.#slots = new Int32Array(shared);
    let hash = BASIS;
    for (let i = 0; i < bucket.length; i++) hash = step(hash, bucket.charCodeAt(i));
    this.#basis = step(hash, 0);
  }

  /** What changes when the key does, or for a folder what is in it. */
  of(key: string): number {
    let hash = this.#basis;
    for (let i = 0; i < key.length; i++) hash = step(hash, key.charCodeAt(i));
    return Atomics.load(this.#slots, this.#slotOf(hash));
  }

  /** To be called once something has been stored under a key or removed, and before anybody is told so. */
  bump(key: string): void {
    let hash = this.#basis;
    // The whole bucket is a folder too.
    Atomics.add(this.#slots, this.#slotOf(hash), 1);
    for (let i = 0; i < key.length; i++) {
      const code = key.charCodeAt(i);
      if (code === SLASH) Atomics.add(this.#slots, this.#slotOf(hash), 1);
      hash = step(hash, code);
    }
    Atomics.add(this.#slots, this.#slotOf(hash), 1);
  }

  #slotOf(hash: number): number {
    // The low bits of FNV alone differ too little for short texts.
    return ((hash ^ (hash >>> 15)) >>> 0) % this.#slots.length;
  }
}

function step(hash: number, code: number): number {
  return Math.imul(hash ^ code, PRIME);
}

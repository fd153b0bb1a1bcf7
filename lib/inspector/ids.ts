/**
 * Numbers that no two threads have both: each is larger than all before it.
 *
 * @module
 */

/** Memory for all threads. */
export function idMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT);
}

const LOW = 0, HIGH = 1;
const ALL = 2 ** 32;

/**
 * One thread's view. PERF: two words, since 64 bits at one time cost twice as much. Whoever makes the lower one 0 counts
 * the upper one up, once in 4,294,967,296 numbers: another thread that takes the next one in the same instant has one of
 * an earlier round.
 */
export class IdCounter {
  readonly #words: Int32Array;

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory);
  }

  /** The last one of all threads; 0 before the first. */
  get last(): number {
    return Atomics.load(this.#words, HIGH) * ALL + (Atomics.load(this.#words, LOW) >>> 0);
  }

  next(): number {
    const words = this.#words;
    const low = (Atomics.add(words, LOW, 1) + 1) >>> 0;
    if (low === 0) Atomics.add(words, HIGH, 1);
    return words[HIGH]! * ALL + low;
  }
}

/**
 * Locks by name, in memory that all worker threads share: whoever looks at a name and then changes it does both while
 * nobody else does.
 *
 * A slot is 0 where it is free, else its owner's number. Names share slots by their hash, which costs a wait now and then
 * and nothing else. What is done under a lock never waits for anything, so that a lock is held for microseconds; a
 * thread that dies in them is noticed by the main thread, which frees what it held.
 *
 * @module
 */
import { FileError } from "../ports.ts";

const SLOTS = 1024;

/** Nobody who works holds a lock for that long, in milliseconds. */
const DEADLINE = 1000;

/** The memory for all threads of a program. */
export function nameLockMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(SLOTS * Int32Array.BYTES_PER_ELEMENT);
}

/** One thread's view of the locks. */
export class NameLocks {
  readonly #slots: Int32Array;
  readonly #owner: number;
  /** The slots that this thread holds. */
  #held: readonly number[] = [];

  /**
   * @param memory none: this thread is the only one
   * @param owner a number from 1 on that no other thread has, even one that is gone
   * @param deadline so long is waited for a lock, in milliseconds
   */
  constructor(memory: SharedArrayBuffer = nameLockMemory(), owner = 1, readonly deadline = DEADLINE) {
    this.#slots = new Int32Array(memory);
    this.#owner = owner;
  }

  /**
   * Acts while nobody else acts under the same key, or one of the keys. It may be asked for again within, for the same.
   *
   * @throws {FileError} "busy"
   */
  run<T>(keys: string | readonly string[], act: () => T): T {
    const all = typeof keys === "string" ? [keys] : keys;
    // Whoever takes several takes them in this order, so that no two threads wait for each other.
    const slots = [...new Set(all.map((key) => hash(key) % SLOTS))].sort((a, b) => a - b);
    if (slots.every((slot) => this.#held.includes(slot))) return act();
    if (this.#held.length > 0) throw new Error("A second name is locked within the first");
    const taken: number[] = [];
    try {
      for (const slot of slots) {
        this.#take(slot, all[0]!);
        taken.push(slot);
      }
      this.#held = taken;
      return act();
    } finally {
      this.#held = [];
      for (const slot of taken) this.#free(slot);
    }
  }

  #free(slot: number): void {
    // If it was thought to be gone, the lock is another's.
    Atomics.compareExchange(this.#slots, slot, this.#owner, 0);
    Atomics.notify(this.#slots, slot, 1);
  }

  #take(slot: number, key: string): void {
    const deadline = performance.now() + this.deadline;
    for (;;) {
      const holder = Atomics.compareExchange(this.#slots, slot, 0, this.#owner);
      if (holder === 0) return;
      const left = deadline - performance.now();
      if (left <= 0) throw new FileError("busy", key);
      Atomics.wait(this.#slots, slot, holder, left);
    }
  }
}

/** The main thread's: frees what a thread that is gone has held. */
export function freeNameLocks(memory: SharedArrayBuffer, owner: number): void {
  const slots = new Int32Array(memory);
  for (let slot = 0; slot < slots.length; slot++) {
    if (Atomics.compareExchange(slots, slot, owner, 0) === owner) Atomics.notify(slots, slot, 1);
  }
}

/** FNV-1a over UTF-16. */
function hash(key: string): number {
  let sum = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) sum = Math.imul(sum ^ key.charCodeAt(i), 0x01000193);
  return sum >>> 0;
}

/**
 * One thread's sums, in memory that others read while it writes: one number a sum, of 64 bits and written as a whole, so
 * that nobody meets half of one.
 *
 * @module
 */
import { BUCKETS, CLASSES } from "./metrics.ts";

/** Places that are told apart, at most; the first row is for all others. */
export const MOST_PLACES = 200;

/** Numbers at the start that belong to no place. */
const HEAD = 8;
const SERVING = 0, OPEN = 1, ACCEPTED = 2, PROGRAMS = 3;

/** Numbers of one place and class. */
const REQUESTS = 0, BYTES = 1, SECONDS = 2, FIRST_BUCKET = 3;
const CELL = FIRST_BUCKET + BUCKETS.length;
const ROW = CLASSES.length * CELL;

/** Memory for one thread. All of it is 0, and takes no room before it is written to. */
export function counterMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer((HEAD + (1 + MOST_PLACES) * ROW) * Float64Array.BYTES_PER_ELEMENT);
}

/** The thread's own side: nobody else writes to the same memory. */
export class Counters {
  readonly #numbers: Float64Array;

  /** @param memory may have been another thread's before, whose sums go on */
  constructor(memory: SharedArrayBuffer) {
    this.#numbers = new Float64Array(memory);
    endGauges(memory);
    this.#numbers[SERVING] = 1;
  }

  /**
   * An answer has left.
   *
   * @param row of the place
   * @param bytes of content
   * @param milliseconds that it took
   */
  answered(row: number, status: number, bytes: number, milliseconds: number): void {
    const numbers = this.#numbers, at = HEAD + row * ROW + classOf(status) * CELL;
    const seconds = milliseconds / 1000;
    numbers[at]!++;
    numbers[at + BYTES]! += bytes;
    numbers[at + SECONDS]! += seconds;
    let bucket = 0;
    while (bucket < BUCKETS.length && seconds > BUCKETS[bucket]!) bucket++;
    if (bucket < BUCKETS.length) numbers[at + FIRST_BUCKET + bucket]!++;
  }

  /** For the acceptors, which count what they turn away here, too. */
  turnedAway = 0;

  /** Connections that are open. */
  get open(): number {
    return this.#numbers[OPEN]!;
  }

  set open(count: number) {
    if (count > this.open) this.#numbers[ACCEPTED]!++;
    this.#numbers[OPEN] = count;
  }

  /** Programs that run. */
  set programs(count: number) {
    this.#numbers[PROGRAMS] = count;
  }
}

function classOf(status: number): number {
  return status >= 200 && status < 300
    ? 1
    : Math.min(Math.max(Math.floor(status / 100) - 1, 0), CLASSES.length - 1);
}

/** The thread is gone, and nothing of it is open or runs any more. What it has counted stays. */
export function endGauges(memory: SharedArrayBuffer): void {
  const numbers = new Float64Array(memory);
  numbers[SERVING] = numbers[OPEN] = numbers[PROGRAMS] = 0;
}

/** What one thread has counted; see MetricsSnapshot. */
export interface ThreadSums {
  readonly serves: boolean;
  readonly open: number;
  readonly accepted: number;
  readonly programs: number;
  /** Of a row and a class, counted from 0: requests, bytes, seconds, and requests of each bucket alone. */
  cell(row: number, index: number): Cell;
}

/** Sums of one place and class. */
export interface Cell {
  readonly requests: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly buckets: readonly number[];
}

/** SECURITY: what a thread has written there may be anything. */
export function threadSums(memory: SharedArrayBuffer): ThreadSums {
  const numbers = new Float64Array(memory);
  const at = (index: number) => {
    const number = numbers[index]!;
    return number >= 0 && number < Number.MAX_SAFE_INTEGER ? number : 0;
  };
  return {
    serves: at(SERVING) === 1,
    open: at(OPEN),
    accepted: at(ACCEPTED),
    programs: at(PROGRAMS),
    cell(row, index) {
      const start = HEAD + row * ROW + index * CELL;
      return {
        requests: at(start + REQUESTS),
        bytes: at(start + BYTES),
        seconds: at(start + SECONDS),
        buckets: BUCKETS.map((_, bucket) => at(start + FIRST_BUCKET + bucket)),
      };
    },
  };
}

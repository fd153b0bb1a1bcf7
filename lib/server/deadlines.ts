/**
 * One coarse clock for all deadlines: a tick looks through everything that waits, instead of a timer for each.
 *
 * @module
 */
import type { Clock } from "../ports.ts";

/** How late a deadline may be noticed, in milliseconds. */
export const TICK = 100;

/** Something that waits for the peer. */
export interface Waiting {
  /** When its time is over, on the monotonic clock; Infinity while nothing is waited for. */
  readonly deadline: number;
  /** Its time is over. Must move the deadline, or it is called again at the next tick. */
  expire(): void;
}

/** Everything that waits, and the tick that looks through it. The tick runs only while there is something. */
export class Deadlines {
  readonly #waiting = new Set<Waiting>();
  #stop: (() => void) | undefined;

  constructor(readonly clock: Clock) {}

  add(waiting: Waiting): void {
    this.#waiting.add(waiting);
    this.#stop ??= this.clock.every(TICK, () => this.#tick());
  }

  delete(waiting: Waiting): void {
    this.#waiting.delete(waiting);
    if (this.#waiting.size > 0) return;
    this.#stop?.();
    this.#stop = undefined;
  }

  #tick(): void {
    const now = this.clock.monotonic();
    for (const waiting of this.#waiting) {
      if (waiting.deadline <= now) waiting.expire();
    }
  }
}

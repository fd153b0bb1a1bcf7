/**
 * One coarse clock for all deadlines: a tick looks through everything that waits, instead of a timer for each.
 *
 * @module
 */
import { type Member, Roster } from "../http/roster.ts";
import type { Clock } from "../ports.ts";

/** A deadline is noticed up to two ticks late, and not early unless a tick was late itself. In milliseconds. */
export const TICK = 100;

/** Something that waits for the peer. */
export interface Waiting extends Member {
  /** When its time is over, on the monotonic clock; Infinity while nothing is waited for. */
  readonly deadline: number;
  /** Its time is over. Must move the deadline, or it is called again at the next tick. */
  expire(): void;
}

/** Everything that waits, and the tick that looks through it. The tick runs only while there is something. */
export class Deadlines {
  readonly #waiting = new Roster<Waiting>();
  #stop: (() => void) | undefined;
  /** When it last ticked. */
  #now = 0;

  constructor(readonly clock: Clock) {}

  /** When it last ticked, on the monotonic clock: for what is measured while something waits. */
  get now(): number {
    return this.#now;
  }

  /**
   * The deadline of who waits so many milliseconds from now. Only for what has been added.
   *
   * PERF: several are set for each request, and the clock of the runtime costs a tenth of a microsecond.
   */
  in(milliseconds: number): number {
    return this.#now + TICK + milliseconds;
  }

  add(waiting: Waiting): void {
    this.#waiting.add(waiting);
    if (this.#stop) return;
    this.#now = this.clock.monotonic();
    this.#stop = this.clock.every(TICK, () => this.#tick());
  }

  delete(waiting: Waiting): void {
    this.#waiting.delete(waiting);
    if (this.#waiting.size > 0) return;
    this.#stop?.();
    this.#stop = undefined;
  }

  #tick(): void {
    this.#now = this.clock.monotonic();
    this.#waiting.each((waiting) => {
      if (waiting.deadline <= this.#now) waiting.expire();
    });
  }
}

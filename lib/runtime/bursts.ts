/**
 * Many things that happen shortly after each other, as one: it ends when nothing more comes for a while, and at the latest
 * some time after its first.
 *
 * @module
 */
import type { Clock } from "../ports.ts";

/** In milliseconds. */
export interface BurstTimes {
  /** So long nothing comes. */
  readonly quiet: number;
  /** From the first to when it is told of. */
  readonly longest: number;
}

/** Calls back at the end of each burst; owns its timer. */
export class Bursts {
  readonly #clock: Pick<Clock, "after" | "monotonic">;
  readonly #times: BurstTimes;
  readonly #ended: () => void;
  /** Of the first and of the last; undefined between bursts. */
  #first: number | undefined;
  #last = 0;
  #cancel = () => {};

  constructor(clock: Pick<Clock, "after" | "monotonic">, times: BurstTimes, ended: () => void) {
    this.#clock = clock;
    this.#times = times;
    this.#ended = ended;
  }

  /** Something has happened. PERF: no timer for each. */
  add(): void {
    this.#last = this.#clock.monotonic();
    if (this.#first !== undefined) return;
    this.#first = this.#last;
    this.#wait(this.#times.quiet);
  }

  /** Calls back for nothing more. */
  stop(): void {
    this.#cancel();
    this.#first = undefined;
  }

  #wait(milliseconds: number): void {
    this.#cancel = this.#clock.after(milliseconds, () => {
      const end = Math.min(this.#last + this.#times.quiet, this.#first! + this.#times.longest);
      const left = end - this.#clock.monotonic();
      if (left > 0) return this.#wait(Math.ceil(left));
      this.#first = undefined;
      this.#ended();
    });
  }
}

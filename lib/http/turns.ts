/**
 * Long work in slices: after some milliseconds everybody else has a turn. All the long work of a thread stands in one
 * row, of which one piece is done in each turn of the event loop, so that the others wait for one slice, however much
 * there is to do.
 *
 * @module
 */
import type { Clock } from "../ports.ts";
import { Few } from "./few.ts";

/** How long others wait for a slice, in milliseconds. */
const SLICE = 4;

/** The clock is looked at once in so many steps, of which each takes some microseconds at the most. A power of two. */
const STEPS_PER_LOOK = 16;

/** The long work of one thread. */
export class Turns {
  /** Work that waits for its next slice. */
  readonly #row: (() => void)[] = [];
  /** Milliseconds that paced work has taken in this turn of the event loop. */
  #taken = 0;
  /** The end of the step of it that is being done. */
  #step: PromiseWithResolvers<void> | undefined;

  /** Of what holds memory while it waits for its turns. */
  readonly few: Few;

  constructor(readonly clock: Clock) {
    this.few = new Few(clock);
  }

  /** Begins some work, with a slice at once: most of it is over before that is. */
  begin(): Turn {
    return new Turn(this);
  }

  /** True if paced work has taken its slice of this turn of the event loop. */
  get isTaken(): boolean {
    return this.#taken >= SLICE;
  }

  /** Does one step of paced work, once it may be done: one at a time. */
  async step<T>(act: () => Promise<T>): Promise<T> {
    while (this.#step !== undefined || this.isTaken) await (this.#step?.promise ?? this.wait());
    const start = this.clock.monotonic(), step = this.#step = Promise.withResolvers<void>();
    try {
      return await act();
    } finally {
      this.#step = undefined;
      step.resolve();
      if (this.#taken === 0) this.clock.after(0, this.#giveBack);
      this.#taken += this.clock.monotonic() - start;
    }
  }

  /** Resolves in a later turn of the event loop, of which nobody else of the row has a part. */
  wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#row.push(resolve);
      if (this.#row.length === 1) this.clock.after(0, this.#next);
    });
  }

  readonly #giveBack = (): void => {
    this.#taken = 0;
  };

  readonly #next = (): void => {
    this.#giveBack();
    this.#row.shift()?.();
    if (this.#row.length > 0) this.clock.after(0, this.#next);
  };
}

/** One piece of long work: `if (turn.isOver()) await turn.next()` with each step of it. */
export class Turn {
  readonly #turns: Turns;
  #steps = 0;
  /** On the monotonic clock. */
  #end: number;

  constructor(turns: Turns) {
    this.#turns = turns;
    this.#end = turns.clock.monotonic() + SLICE;
  }

  /** One more step is to be done: true if others must have their turn before. */
  isOver(): boolean {
    return (++this.#steps & (STEPS_PER_LOOK - 1)) === 0 && this.#turns.clock.monotonic() >= this.#end;
  }

  /** Waits for the next slice. */
  async next(): Promise<void> {
    await this.#turns.wait();
    this.#end = this.#turns.clock.monotonic() + SLICE;
  }
}

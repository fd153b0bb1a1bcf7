/**
 * Long work in slices: after some milliseconds everybody else has a turn. All the long work of a thread stands in one
 * row, of which one piece is done between two rests, so that the others wait for one slice, however much there is to do.
 *
 * @module
 */
import type { Clock } from "../ports.ts";

/** How long others wait for a slice, in milliseconds. */
const SLICE = 4;

/**
 * How long nothing of the row is done after a slice, in milliseconds. A turn of the event loop is not enough: the runtime
 * looks for what has come from sockets when it has nothing else to do, or in every 61st turn, and then a small request
 * waits for a quarter of a second beside long work.
 */
const REST = 1;

/** The clock is looked at once in so many steps, of which each takes some microseconds at the most. A power of two. */
const STEPS_PER_LOOK = 16;

/** The long work of one thread. */
export class Turns {
  /** Work that waits for its next slice. */
  readonly #row: (() => void)[] = [];
  /** Milliseconds that paced work has taken since the last rest. */
  #taken = 0;
  /** The end of the step of it that is being done. */
  #step: PromiseWithResolvers<void> | undefined;

  constructor(readonly clock: Clock) {}

  /** Begins some work, with a slice at once: most of it is over before that is. */
  begin(): Turn {
    return new Turn(this);
  }

  /** True if paced work has taken its slice, and rests. */
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
      this.#taken += this.clock.monotonic() - start;
      if (this.isTaken) this.clock.after(REST, this.#giveBack);
    }
  }

  /** Resolves after a rest, for a slice of which nobody else of the row has a part. */
  wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#row.push(resolve);
      if (this.#row.length === 1) this.clock.after(REST, this.#next);
    });
  }

  readonly #giveBack = (): void => {
    this.#taken = 0;
  };

  readonly #next = (): void => {
    this.#giveBack();
    this.#row.shift()?.();
    if (this.#row.length > 0) this.clock.after(REST, this.#next);
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

/**
 * Long work in slices: after some milliseconds everybody else has a turn. All the long work of a thread stands in one
 * row, of which one piece is done in each turn of the event loop, so that the others wait for one slice, however much
 * there is to do.
 *
 * @module
 */
import type { Clock } from "../ports.ts";
import { Few } from "./few.ts";
import { Room } from "./room.ts";

/** How long others wait for a slice, in milliseconds. */
const SLICE = 4;

/** The clock is looked at once in so many steps, of which each takes some microseconds at the most. A power of two. */
const STEPS_PER_LOOK = 16;

/** So many bodies are coded as they are sent at one time: each holds up to a megabyte for as long as its client reads. */
const STREAMS = 32;

/** The long work of one thread. */
export class Turns {
  /** Work that waits for its next slice. */
  readonly #row: (() => void)[] = [];
  /** Paced steps that wait until they may be done. */
  readonly #steps: (() => void)[] = [];
  /** Milliseconds that paced steps have taken of this turn's slice. */
  #taken = 0;
  /** When they have, on the monotonic clock: what is longer ago was in another turn. */
  #lastTaken = 0;
  /** A paced step is being done. */
  #isInStep = false;
  /** The next turn is waited for. */
  #isWaiting = false;
  /** Whose turn the last one was. */
  #wasOfRow = false;

  /** Of what holds memory while it waits for its turns. */
  readonly few: Few;
  /** Of what holds memory for as long as its client reads. */
  readonly streams = new Room(STREAMS);

  constructor(readonly clock: Clock) {
    this.few = new Few(clock);
  }

  /** Begins some work, with a slice at once: most of it is over before that is. */
  begin(): Turn {
    return new Turn(this);
  }

  /** True if the slice of this turn of the event loop has been taken: whoever has a paced step to do has to wait. */
  get isTaken(): boolean {
    return this.#taken >= SLICE;
  }

  /** Does one paced step, once it may be done: one at a time, in the order in which they were asked for. */
  async step<T>(act: () => Promise<T>): Promise<T> {
    if (this.clock.monotonic() - this.#lastTaken >= SLICE) this.#taken = 0;
    if (this.#isInStep || this.isTaken || this.#steps.length > 0) {
      await new Promise<void>((resolve) => {
        this.#steps.push(resolve);
        this.#waitForTurn();
      });
    }
    this.#isInStep = true;
    const start = this.clock.monotonic();
    try {
      return await act();
    } finally {
      this.#isInStep = false;
      this.#lastTaken = this.clock.monotonic();
      this.#taken += this.#lastTaken - start;
      this.#waitForTurn();
      this.#beginStep();
    }
  }

  /** Resolves in a later turn of the event loop, of which nobody else has a part. */
  wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#row.push(resolve);
      this.#waitForTurn();
    });
  }

  /** Where somebody waits for it. The end of a step looks after the next. */
  #waitForTurn(): void {
    const isWanted = this.#row.length > 0 || !this.#isInStep && this.#steps.length > 0;
    if (this.#isWaiting || !isWanted) return;
    this.#isWaiting = true;
    this.clock.after(0, this.#begin);
  }

  readonly #begin = (): void => {
    this.#isWaiting = false;
    this.#taken = 0;
    // One turn for the row, and one for those who wait with steps.
    this.#wasOfRow = this.#row.length > 0 && !(this.#wasOfRow && this.#steps.length > 0);
    if (this.#wasOfRow) {
      this.#taken = SLICE;
      this.#lastTaken = this.clock.monotonic();
      this.#row.shift()!();
    } else this.#beginStep();
    this.#waitForTurn();
  };

  #beginStep(): void {
    if (this.#isInStep || this.isTaken || this.#steps.length === 0) return;
    // Before anybody else can: it begins once its promise is looked at.
    this.#isInStep = true;
    this.#steps.shift()!();
  }
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

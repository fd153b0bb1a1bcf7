/**
 * How often a command was asked to stop: the first signal is its own affair, for some time; a second one ends it at once.
 *
 * @module
 */

/**
 * Signals that come so close together are one, in milliseconds: at Ctrl+C a terminal signals this program, and many a
 * program that has started it (npm) passes the signal on once more.
 */
const SAME = 300;

/** What comes of it. */
export interface StopEvents {
  /** It has had its time. */
  late(): void;
  /** Whoever asked has asked once more, and waits no longer. */
  again(): void;
}

/** Owns a timer, until over(). */
export class StopRequests {
  readonly #patience: () => number;
  readonly #events: StopEvents;
  #first: number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param patience how long it has from the first one, in milliseconds
   */
  constructor(patience: () => number, events: StopEvents) {
    this.#patience = patience;
    this.#events = events;
  }

  /** One more has come. @returns true if the command is to be told */
  isNew(): boolean {
    const now = performance.now();
    if (this.#first !== undefined) {
      if (now - this.#first > SAME) this.#events.again();
      return false;
    }
    this.#first = now;
    const patience = this.#patience();
    if (patience < LONGEST_TIMER) this.#timer = setTimeout(this.#events.late, patience);
    return true;
  }

  over(): void {
    clearTimeout(this.#timer);
  }
}

/** Timers cannot wait longer, in milliseconds; that is as good as no bound. */
const LONGEST_TIMER = 2 ** 31 - 1;

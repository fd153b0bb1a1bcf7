/**
 * The time that connecting may take as a whole.
 *
 * @module
 */

/** Begins with the constructor. Its owner calls end(), on every path. */
export class Bound {
  readonly #aborter = new AbortController();
  readonly #timer: ReturnType<typeof setTimeout>;
  readonly #late: PromiseWithResolvers<never> = Promise.withResolvers<never>();

  /**
   * @param milliseconds `Infinity` is no bound
   * @param error what whoever waits is told when they are over
   */
  constructor(milliseconds: number, error: () => Error) {
    // Without anybody who waits at the moment it is no accident.
    this.#late.promise.catch(() => {});
    this.#timer = setTimeout(() => {
      this.#late.reject(error());
      this.#aborter.abort();
    }, Math.min(milliseconds, LONGEST));
  }

  /** Aborted when the time is over. */
  get signal(): AbortSignal {
    return this.#aborter.signal;
  }

  /**
   * Waits for something, but no longer than the time that is left.
   *
   * @param discard gets what comes of it later, so that nothing is left open
   */
  async race<T>(promise: Promise<T>, discard: (late: T) => void): Promise<T> {
    let isLate = false;
    promise.then((value) => {
      if (isLate) discard(value);
    }, () => {});
    try {
      return await Promise.race([promise, this.#late.promise]);
    } catch (error) {
      isLate = true;
      throw error;
    }
  }

  /** Waits so many milliseconds. */
  async pause(milliseconds: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      await this.race(new Promise<void>((resolve) => timer = setTimeout(resolve, milliseconds)), () => {});
    } finally {
      clearTimeout(timer);
    }
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

/** A timer for longer would call back at once. */
const LONGEST = 2 ** 31 - 1;

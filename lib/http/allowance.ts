/**
 * A bound on how much of something comes in a time: so much at once, and so much more in each second (a token bucket).
 *
 * @module
 */

/** How much of something there may be. */
export interface AllowanceBounds {
  /** At once, after a long time without. */
  readonly burst: number;
  /** In each second. */
  readonly rate: number;
}

/** What is left of it. Times are milliseconds of any one clock that never goes back. */
export class Allowance {
  readonly #bounds: AllowanceBounds;
  #left: number;
  #time: number;

  constructor(bounds: AllowanceBounds, now: number) {
    this.#bounds = bounds;
    this.#left = bounds.burst;
    this.#time = now;
  }

  /** Takes so much if anything is left. @returns false if nothing was */
  take(amount: number, now: number): boolean {
    const { burst, rate } = this.#bounds;
    this.#left = Math.min(burst, this.#left + (now - this.#time) * rate / 1000);
    this.#time = now;
    if (this.#left <= 0) return false;
    this.#left -= amount;
    return true;
  }
}

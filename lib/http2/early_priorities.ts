/**
 * What PRIORITY_UPDATE says of streams that are still to come (RFC 9218 section 7.1), of as many as there may be at one
 * time.
 *
 * @module
 */
import type { Priority } from "./priority.ts";

/** By number of the stream. */
export class EarlyPriorities {
  readonly #known = new Map<number, Priority>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /** Of so many streams something is known. */
  get size(): number {
    return this.#known.size;
  }

  /** @param last the greatest number that was used: streams up to it were passed over, and will never come */
  set(stream: number, priority: Priority, last: number): void {
    if (this.#known.size >= this.#most) {
      for (const known of this.#known.keys()) if (known <= last) this.#known.delete(known);
    }
    if (this.#known.size < this.#most || this.#known.has(stream)) this.#known.set(stream, priority);
  }

  /** Gives what is known of a stream that comes now, and forgets it. */
  take(stream: number): Priority | undefined {
    // PERF: no browser sends more of them than it has requests, and most clients send none.
    if (this.#known.size === 0) return undefined;
    const priority = this.#known.get(stream);
    this.#known.delete(stream);
    return priority;
  }
}

/**
 * Looks at files that several requests may share, because all of them had been received before the look was taken.
 *
 * @module
 */

const HANDED_OVER = Promise.resolve();

/**
 * What was seen at each path since the runtime last handed over what it had received.
 *
 * PERF: a stat is a seventh of all that a small file costs, and under load dozens of requests come together.
 *
 * The runtime hands over everything that it has received at once, as promises that are resolved together, and whoever
 * waits for them runs one after the other, as microtasks, in the order of a queue. So a microtask that is queued with
 * the first look runs behind all of them, and before anything that is received later: a change that a client may know
 * of when it asks is always seen.
 */
export class SharedStats<T> {
  #seen = new Map<string, T>();
  readonly #forget = () => this.forget();

  /** What `stat` sees at the path, or saw there for a request that came together with this one. */
  at(path: string, stat: (path: string) => T): T {
    const seen = this.#seen.get(path);
    if (seen !== undefined || this.#seen.has(path)) return seen as T;
    const now = stat(path);
    if (this.#seen.size === 0) void HANDED_OVER.then(this.#forget);
    this.#seen.set(path, now);
    return now;
  }

  /** Something has been changed by ourselves. */
  forget(): void {
    // PERF: a table that is emptied points to the one that takes its place, see lib/http/roster.ts.
    this.#seen = new Map();
  }
}

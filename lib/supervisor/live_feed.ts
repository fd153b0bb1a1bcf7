/**
 * What has changed, as each thread knows it: the main thread counts the events, and all workers have the same ones.
 *
 * @module
 */
import type { LiveEvent, LiveFeed, NumberedLiveEvent } from "../ports.ts";

/** Events that are remembered for pages that were away. */
const REMEMBERED = 64;

/** A feed as it is given to a worker that starts. */
export type LiveState = Pick<LiveFeed, "epoch" | "began" | "last" | "recent" | "failure">;

/** The feed of one thread. */
export class ThreadLiveFeed implements LiveFeed {
  readonly epoch: string;
  readonly began: number;
  last: number;
  readonly recent: NumberedLiveEvent[];
  failure: LiveEvent | undefined;
  readonly #listeners = new Set<(event: LiveEvent, number: number) => void>();

  constructor({ epoch, began, last, recent, failure }: LiveState) {
    this.epoch = epoch;
    this.began = began;
    this.last = last;
    this.recent = [...recent];
    this.failure = failure;
  }

  /** What another thread is to begin with. */
  get state(): LiveState {
    const { epoch, began, last, recent, failure } = this;
    return { epoch, began, last, recent, failure };
  }

  /** Has everybody hear of it. @param number by default the next one */
  tell(event: LiveEvent, number = this.last + 1): void {
    this.last = number;
    if (event.type !== "change") this.failure = event.type === "failure" ? event : undefined;
    this.recent.push({ number, event });
    if (this.recent.length > REMEMBERED) this.recent.shift();
    for (const listener of [...this.#listeners]) listener(event, number);
  }

  listen(heard: (event: LiveEvent, number: number) => void): () => void {
    // Who listens twice with one function is told twice.
    const listener = (event: LiveEvent, number: number) => heard(event, number);
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}

/** The feed of a server that starts. */
export function newLiveFeed(now: number): ThreadLiveFeed {
  const epoch = crypto.randomUUID().slice(0, 8);
  return new ThreadLiveFeed({ epoch, began: now, last: 0, recent: [], failure: undefined });
}

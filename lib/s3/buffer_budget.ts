/**
 * How much of what is stored in buckets is held in memory: all uploads of a thread together have so many bytes, and who
 * needs more than is left waits for it, for a bounded time.
 *
 * @module
 */
import { busy } from "../http/errors.ts";
import type { Clock } from "../ports.ts";

/** Bytes of a thread. */
const MOST = 64 * 1024 * 1024;

/** Milliseconds. */
const LONGEST_WAIT = 10_000;

interface Waiting {
  readonly count: number;
  readonly go: () => void;
}

/** The bytes that uploads may hold. */
export class BufferBudget {
  #left: number;
  /** The first to come is the first to be served, so that who needs much comes to it as well. */
  readonly #waiting: Waiting[] = [];
  readonly #clock: Pick<Clock, "after">;

  constructor(clock: Pick<Clock, "after">, readonly most = MOST, readonly longestWait = LONGEST_WAIT) {
    this.#clock = clock;
    this.#left = most;
  }

  /** Bytes that nobody has. */
  get left(): number {
    return this.#left;
  }

  /**
   * Takes bytes, which whoever has them gives back.
   *
   * @throws {HttpError} 503 by rejecting, where there is no room for too long
   */
  take(count: number): Promise<void> {
    if (this.#waiting.length === 0 && count <= this.#left) {
      this.#left -= count;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        count,
        go: () => {
          cancel();
          resolve();
        },
      };
      const cancel = this.#clock.after(this.longestWait, () => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(busy("Too much is being stored at once", "no room for buffers of uploads to buckets"));
        this.#serve();
      });
      this.#waiting.push(waiting);
    });
  }

  giveBack(count: number): void {
    this.#left += count;
    this.#serve();
  }

  #serve(): void {
    for (
      let first = this.#waiting[0];
      first !== undefined && first.count <= this.#left;
      first = this.#waiting[0]
    ) {
      this.#waiting.shift();
      this.#left -= first.count;
      first.go();
    }
  }
}

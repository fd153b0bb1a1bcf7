/**
 * Work that holds memory while it lasts: only some of it is under way at one time, and the rest waits, first come first
 * served.
 *
 * @module
 */
import type { Clock } from "../ports.ts";

/** So much is under way at one time. */
const AT_ONCE = 8;

/** Where more than this waits, whoever can do without should. */
const MANY = 64;

/** How long one may wait to begin, in milliseconds. */
const PATIENCE = 500;

/** There was no room for some work for too long: whoever wanted it does without. */
export class NoRoomError extends Error {
  override readonly name = "NoRoomError";
  constructor() {
    super(`There was no room for ${PATIENCE} ms`);
  }
}

/** Such work of one thread. */
export class Few {
  #running = 0;
  /** What lets each of them begin. */
  readonly #waiting = new Set<() => void>();

  constructor(readonly clock: Pick<Clock, "after">) {}

  /** True where so much waits that nothing which can be left undone should be added. */
  get isCrowded(): boolean {
    return this.#waiting.size >= MANY;
  }

  /** Does some work, once there is room for it. @throws {NoRoomError} by rejecting, if there is none for too long */
  async run<T>(act: () => Promise<T>): Promise<T> {
    if (this.#running < AT_ONCE) this.#running++;
    else await this.#wait();
    try {
      return await act();
    } finally {
      this.#leave();
    }
  }

  #wait(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const begin = () => {
      cancel();
      resolve();
    };
    const cancel = this.clock.after(PATIENCE, () => {
      this.#waiting.delete(begin);
      reject(new NoRoomError());
    });
    this.#waiting.add(begin);
    return promise;
  }

  /** The room goes to the next, or is given back. */
  #leave(): void {
    const [next] = this.#waiting;
    if (next === undefined) this.#running--;
    else {
      this.#waiting.delete(next);
      next();
    }
  }
}

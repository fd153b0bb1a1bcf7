/**
 * What was seen at the keys of a bucket, believed for a short time: also that nothing was there. Who asks for a key that is
 * being looked at waits for that look, if it has not begun too long ago; nobody waits for a look at another key. What fails
 * is told to those who wait for it, and not remembered.
 *
 * @module
 */
import type { MaybePromise } from "../http/maybe_promise.ts";
import type { Clock } from "../ports.ts";
import type { Generations } from "./generations.ts";

/** So many are remembered. */
export const LOOKS_KEPT = 10_000;

/** One look. */
interface Look {
  /** When it began, on the monotonic clock. */
  readonly since: number;
  /** That of the key, when it began. */
  readonly generation: number;
}

interface PastLook<T> extends Look {
  readonly seen: T;
  /** Asked for since the last clean-up passed by. */
  used: boolean;
}

interface LookUnderWay<T> extends Look {
  readonly seen: Promise<T>;
}

/** What looks depend on. */
export interface LooksOptions {
  readonly clock: Pick<Clock, "monotonic">;
  readonly generations: Pick<Generations, "of">;
  /** For so long a look is believed, from when it began, in milliseconds; 0: each who asks looks. */
  readonly age: number;
  readonly most?: number;
}

/** The looks at one bucket. @template T what is seen */
export class Looks<T> {
  readonly #past = new Map<string, PastLook<T>>();
  readonly #underWay = new Map<string, LookUnderWay<T>>();
  readonly #options: LooksOptions;
  readonly #most: number;

  constructor(options: LooksOptions) {
    this.#options = options;
    this.#most = options.most ?? LOOKS_KEPT;
  }

  /**
   * What is at a key: at once, where that is known.
   *
   * @param look is told what was seen last, if that is still remembered; what it rejects with, this does
   */
  at(key: string, look: (before: T | undefined) => Promise<T>): MaybePromise<T> {
    const past = this.#past.get(key);
    if (past !== undefined && this.#isFresh(key, past)) {
      past.used = true;
      return past.seen;
    }
    const underWay = this.#underWay.get(key);
    if (underWay !== undefined && this.#isFresh(key, underWay)) return underWay.seen;
    return this.#begin(key, past?.seen, look);
  }

  /** What was seen there is not so any more. */
  drop(key: string): void {
    this.#past.delete(key);
    // Who waits for it gets what it sees; who comes now does not.
    this.#underWay.delete(key);
  }

  #isFresh(key: string, { since, generation }: Look): boolean {
    const { clock, generations, age } = this.#options;
    return clock.monotonic() - since < age && generations.of(key) === generation;
  }

  #begin(key: string, before: T | undefined, look: (before: T | undefined) => Promise<T>): Promise<T> {
    const { clock, generations } = this.#options;
    const since = clock.monotonic(), generation = generations.of(key);
    const begun: LookUnderWay<T> = {
      since,
      generation,
      seen: look(before).then((seen) => {
        this.#end(key, begun, seen);
        return seen;
      }, (error) => {
        if (this.#underWay.get(key) === begun) this.#underWay.delete(key);
        throw error;
      }),
    };
    this.#underWay.set(key, begun);
    return begun.seen;
  }

  #end(key: string, begun: LookUnderWay<T>, seen: T): void {
    // A later one has taken its place, or it was dropped: what this one has seen is old.
    if (this.#underWay.get(key) !== begun) return;
    this.#underWay.delete(key);
    this.#past.delete(key);
    this.#past.set(key, { seen, since: begun.since, generation: begun.generation, used: false });
    this.#tidy();
  }

  /** Drops the oldest that were not asked for since it last came by (the clock algorithm). */
  #tidy(): void {
    if (this.#past.size <= this.#most) return;
    for (const [key, look] of this.#past) {
      this.#past.delete(key);
      if (!look.used) return;
      look.used = false;
      this.#past.set(key, look);
    }
  }
}

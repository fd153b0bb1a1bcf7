/**
 * The memory that a load has left in a worker: buffers of the pools that fewer connections do not need, and, once there
 * is no connection any more, the garbage of those that were.
 *
 * @module
 */
import type { ServerContext } from "../server/context.ts";

/** Between two looks, in milliseconds: what nobody needs is given back within twice of it. */
const LOOK = 10_000;

/** V8 keeps pages that the first one has emptied, and gives them back with the second. */
const COLLECTIONS = 2;

/** Looks every LOOK milliseconds from now on, until stop(). */
export class IdleMemory {
  readonly stop: () => void;
  readonly #context: ServerContext;
  readonly #count: { readonly open: number };
  readonly #collect: () => void;
  /** When something was last waited for, as it was at the last look. */
  #seen: number;
  /** Collections that are due. */
  #due = 0;

  /**
   * @param count of the connections that are open
   * @param collect collects the garbage, which may take as long as some answers do
   */
  constructor(context: ServerContext, count: { readonly open: number }, collect: () => void) {
    this.#context = context;
    this.#count = count;
    this.#collect = collect;
    this.#seen = context.deadlines.now;
    this.stop = context.clock.every(LOOK, () => this.#look());
  }

  #look(): void {
    this.#context.shrink();
    const { now } = this.#context.deadlines;
    if (now !== this.#seen || this.#count.open > 0) this.#due = COLLECTIONS;
    else if (this.#due > 0) {
      this.#due--;
      this.#collect();
    }
    this.#seen = now;
  }
}

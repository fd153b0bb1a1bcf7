/**
 * What all uploads of a thread share: the memory that they may hold, and those that are being given up, for whoever wants
 * to wait until nothing of them is left.
 *
 * @module
 */
import type { Clock } from "../ports.ts";
import { BufferBudget } from "./buffer_budget.ts";

/** One for each thread. */
export class Uploading {
  readonly budget: BufferBudget;
  readonly #endings = new Set<Promise<void>>();

  constructor(clock: Pick<Clock, "after">, budget = new BufferBudget(clock)) {
    this.budget = budget;
  }

  /** Something goes on behind an answer. @param ending never rejects, and has a deadline of its own */
  endsWith(ending: Promise<void>): void {
    this.#endings.add(ending);
    void ending.finally(() => this.#endings.delete(ending));
  }

  /** Until nothing of that goes on any more: a server that stops waits for it, no longer than it waits for requests. */
  async settled(): Promise<void> {
    while (this.#endings.size > 0) await Promise.all(this.#endings);
  }
}

/**
 * Which groups of processes are ours. SECURITY: a worker may note any number in the memory that it shares, and a worker
 * that was taken over would have the groups of others killed.
 *
 * @module
 */
import { factsOf, knowsProcesses, membersOf, systemTime } from "./process_facts.ts";

/** Clocks of the system and of its processes are not read at the same time, in hundredths of a second. */
const SLACK = 10;

/** What is known of the groups that one worker has noted. */
export class KnownGroups {
  /** When their programs were started, for those that were seen to be our children. */
  #seen: ReadonlyMap<number, number> = new Map();
  readonly #isKnown = knowsProcesses();
  #looked = this.time();
  /** Those that the last look came too late for: what is known of them is that the one before it had not met them. */
  #missed: ReadonlySet<number> = new Set();
  #lookedBefore = this.#looked;

  /** On the system's clock, in hundredths of a second. */
  time(): number {
    return this.#isKnown ? systemTime() : 0;
  }

  /**
   * Has a look at the groups that are noted, also those whose programs have ended and have not been asked for yet. What is
   * noted later was started later, or is none of ours.
   *
   * @param looked time() before they were read
   */
  look(noted: readonly number[], looked: number): void {
    if (!this.#isKnown) return;
    const seen = new Map<number, number>(), missed = new Set<number>();
    for (const pid of noted) {
      const started = this.#seen.get(pid) ?? childSince(pid);
      if (started === undefined) missed.add(pid);
      else seen.set(pid, started);
    }
    this.#seen = seen;
    this.#missed = missed;
    this.#lookedBefore = this.#looked;
    this.#looked = looked;
  }

  /** True if the group's program is a child of this process. Where nothing can be known, what is noted counts. */
  runs(pid: number): boolean {
    return !this.#isKnown || childSince(pid) !== undefined;
  }

  /**
   * True if what is left in the group of a program that is gone was started by it: all of it is in the program's own
   * session, and was started after the program was seen, or else after the last look at which it was not there yet.
   */
  isLeftBy(pid: number): boolean {
    if (!this.#isKnown) return true;
    const unseen = this.#missed.has(pid) ? this.#lookedBefore : this.#looked;
    const since = (this.#seen.get(pid) ?? unseen) - SLACK;
    return membersOf(pid).every(({ session, started }) => session === pid && started >= since);
  }
}

/** Threads are no parents: the children of every worker are those of this process. */
function childSince(pid: number): number | undefined {
  const facts = factsOf(pid);
  return facts?.parent === Deno.pid ? facts.started : undefined;
}

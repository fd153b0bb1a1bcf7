/**
 * The parts of a soak. What a worker keeps would not be seen if workers were replaced all the time, and what the process
 * keeps of workers that have ended would not be seen if they were not: so there is a time for each.
 *
 * @module
 */

/** A part of the time. */
export interface Phase {
  readonly name: string;
  /** Where it begins, as a part of the whole; it ends where the next one begins. */
  readonly from: number;
  /** Reloads start new workers, instead of being taken up by those that are there. */
  readonly replaces: boolean;
  /** Memory that is looked at here counts. */
  readonly counts: boolean;
}

/** In their order. */
export const PHASES: readonly Phase[] = [
  { name: "warm-up", from: 0, replaces: false, counts: false },
  { name: "the same workers", from: 0.1, replaces: false, counts: true },
  { name: "the first new workers", from: 0.6, replaces: true, counts: false },
  { name: "new workers at each reload", from: 0.65, replaces: true, counts: true },
];

/** @param part how much of the time has passed, from 0 to 1 */
export function phaseAt(part: number): Phase {
  return PHASES.findLast(({ from }) => part >= from)!;
}

/**
 * The one deadline of a connection: what is being waited for, and until when.
 *
 * @module
 */
import { NOWHERE } from "../http/roster.ts";
import type { Deadlines, Waiting } from "./deadlines.ts";

/** What is being waited for, which decides what the end of the wait means. */
export type Phase = "nothing" | "idle" | "head" | "send" | "half-closed" | "lingering";

/** Who is told when a deadline is over. */
export interface DeadlineOwner {
  /** By now nothing is waited for. */
  late(phase: Phase): void;
}

/** Belongs to a byte stream, and stands among all deadlines until end(). */
export class Deadline implements Waiting {
  place = NOWHERE;
  phase: Phase = "nothing";
  /** On the monotonic clock; Infinity while nothing is waited for. */
  deadline = Infinity;
  readonly #deadlines: Deadlines;
  readonly #owner: DeadlineOwner;

  constructor(deadlines: Deadlines, owner: DeadlineOwner) {
    this.#deadlines = deadlines;
    this.#owner = owner;
    deadlines.add(this);
  }

  /** Waits so many milliseconds from now. */
  arm(phase: Phase, milliseconds: number): void {
    this.phase = phase;
    this.deadline = this.#deadlines.in(milliseconds);
  }

  /** Waits for something else, for no longer than before. */
  rename(phase: Phase): void {
    this.phase = phase;
  }

  disarm(): void {
    this.phase = "nothing";
    this.deadline = Infinity;
  }

  /** Nothing will be waited for any more. */
  end(): void {
    this.#deadlines.delete(this);
  }

  expire(): void {
    const { phase } = this;
    this.disarm();
    this.#owner.late(phase);
  }
}

/**
 * How long the content of one request is waited for. Only waiting counts: while somebody is busy with what has come, the
 * client owes nothing.
 *
 * @module
 */
import { HttpError } from "../http/errors.ts";
import { NOWHERE } from "../http/roster.ts";
import type { ServerContext } from "./context.ts";
import { creditAfter } from "./credit.ts";
import type { Waiting } from "./deadlines.ts";

/** Belongs to the body of one request. */
export class BodyPatience {
  /** The client has kept us waiting for too long: the rest may still come, or not. */
  stalled = false;
  readonly #context: ServerContext;
  /** How long the client may still be waited for, in milliseconds: never more than timeouts.body. */
  #credit = Infinity;

  constructor(context: ServerContext) {
    this.#context = context;
  }

  /**
   * Waits for something to come.
   *
   * @param coming does not reject
   * @param came bytes of the content that have come with it, asked for once it is there
   * @throws {HttpError} 408 when timeouts.body is over, or has been used up by less than limits.body_rate
   */
  async wait<T>(coming: Promise<T>, came: () => number): Promise<T> {
    const { deadlines, settings: { timeouts, limits } } = this.#context;
    const began = deadlines.now;
    const credit = Math.min(this.#credit, timeouts.body);
    const timeout = new BodyTimeout(deadlines.in(credit));
    deadlines.add(timeout);
    const result = await Promise.race([coming, timeout.over]);
    deadlines.delete(timeout);
    if (result === LATE) {
      this.stalled = true;
      throw new HttpError(
        408,
        credit === timeouts.body
          ? "The body stalled for longer than timeouts.body"
          : "The body came slower than limits.body_rate for longer than timeouts.body",
      );
    }
    this.#credit = creditAfter(credit, deadlines.now - began, came(), limits.bodyRate);
    return result as T;
  }
}

const LATE = Symbol("late");

/** Apart from the connection's deadline: a program may be sent to while its request is still being read. */
class BodyTimeout implements Waiting {
  place = NOWHERE;
  readonly over: Promise<typeof LATE>;
  #resolve!: (late: typeof LATE) => void;

  constructor(public deadline: number) {
    this.over = new Promise((resolve) => this.#resolve = resolve);
  }

  expire(): void {
    this.deadline = Infinity;
    this.#resolve(LATE);
  }
}

/**
 * What came of the requests: counted by the kind of client, never by single requests, so that a long siege takes no more
 * memory than a short one.
 *
 * @module
 */

/** Kinds of failures that are told apart; what is met beyond them is counted together. */
const MOST_FAILURES = 20;

/** Upper edges of the times that are told apart, in milliseconds. */
const EDGES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, Infinity];

/** The requests of one kind of client. */
export class Tally {
  requests = 0;
  /** Asked again, since the server had ended the connection between two requests, as it may (RFC 9112 section 9.3.1). */
  repeated = 0;
  /** New connections that were reset while workers were replaced. */
  reset = 0;
  /** Turned away with 503 and Retry-After. */
  busy = 0;
  /** Answered, but not as it had to be. */
  wrong = 0;
  /** What went wrong, and how often. */
  readonly failures = new Map<string, number>();
  readonly #times = EDGES.map(() => 0);

  /** Counts an answer that came after so many milliseconds. */
  answered(milliseconds: number): void {
    this.requests++;
    this.#times[EDGES.findIndex((edge) => milliseconds <= edge)]!++;
  }

  /** Counts a round that failed. @param isWrong an answer came, but not the right one */
  failed(why: string, isWrong = false): void {
    if (isWrong) this.wrong++;
    const kind = this.failures.has(why) || this.failures.size < MOST_FAILURES ? why : "others";
    this.failures.set(kind, (this.failures.get(kind) ?? 0) + 1);
  }

  /** What had no answer, or half of one, or too late. */
  get lost(): number {
    return [...this.failures.values()].reduce((sum, count) => sum + count, 0) - this.wrong;
  }

  /** The edge below which this part of all answers came, in milliseconds; 0 without any. */
  quantile(part: number): number {
    let left = Math.ceil(this.requests * part);
    if (left === 0) return 0;
    return EDGES.find((_, index) => (left -= this.#times[index]!) <= 0)!;
  }
}

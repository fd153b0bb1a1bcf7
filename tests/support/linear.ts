/**
 * For parsers of what strangers send: time that grows with the square of an input is an attack.
 *
 * @module
 */

/**
 * Characters of a hostile input. Whoever looks at each of them a few times needs milliseconds; whoever looks at all the
 * others for each of them needs minutes.
 */
export const HOSTILE_LENGTH = 250_000;

/** Between the two, in milliseconds, and far from both on any machine. */
const LIMIT = 20_000;

/** A piece again and again, HOSTILE_LENGTH characters in all. */
export const hostile = (piece: string): string => piece.repeat(HOSTILE_LENGTH / piece.length);

/**
 * Runs something over hostile input.
 *
 * @throws {Error} if its time is not linear
 */
export function assertLinear(run: () => void, input = "hostile input"): void {
  const start = performance.now();
  run();
  const taken = performance.now() - start;
  if (taken > LIMIT) throw new Error(`${input} took ${Math.round(taken / 1000)} s: that is no linear time`);
}

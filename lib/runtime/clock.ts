/**
 * Time over the runtime's clocks.
 *
 * @module
 */
import type { Clock } from "../ports.ts";

/** A timer for longer would call back at once. Nobody will see the end of it. */
const LONGEST = 2 ** 31 - 1;

export const clock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(milliseconds, callback) {
    // A timer for 0, too: between turns that wait for nothing (setImmediate) the runtime looks only once in 61 turns for what
    // connections have received, which is a quarter of a second where each has its slice of work.
    const timer = setTimeout(callback, Math.min(milliseconds, LONGEST));
    return () => clearTimeout(timer);
  },
  every(milliseconds, callback) {
    const timer = setInterval(callback, milliseconds);
    Deno.unrefTimer(timer);
    return () => clearInterval(timer);
  },
};

/**
 * Time over the runtime's clocks.
 *
 * @module
 */
import { clearImmediate, setImmediate } from "node:timers";
import type { Clock } from "../ports.ts";

/** A timer for longer would call back at once. Nobody will see the end of it. */
const LONGEST = 2 ** 31 - 1;

export const clock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(milliseconds, callback) {
    // PERF: who only lets others have their turn would wait for two milliseconds with a timer.
    if (milliseconds === 0) {
      const turn = setImmediate(callback);
      return () => clearImmediate(turn);
    }
    const timer = setTimeout(callback, Math.min(milliseconds, LONGEST));
    return () => clearTimeout(timer);
  },
  every(milliseconds, callback) {
    const timer = setInterval(callback, milliseconds);
    Deno.unrefTimer(timer);
    return () => clearInterval(timer);
  },
};

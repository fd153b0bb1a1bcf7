/**
 * Time over the runtime's clocks.
 *
 * @module
 */
import type { Clock } from "../ports.ts";

export const clock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(milliseconds, callback) {
    const timer = setTimeout(callback, milliseconds);
    return () => clearTimeout(timer);
  },
  every(milliseconds, callback) {
    const timer = setInterval(callback, milliseconds);
    Deno.unrefTimer(timer);
    return () => clearInterval(timer);
  },
};

/**
 * A collection of garbage, at once. The executable is compiled with what lets it ask for one; elsewhere V8 decides, which
 * on Deno 2.9 has one when nothing is done for some seconds, and on 2.6 has none.
 *
 * @module
 */

interface Collecting {
  readonly gc?: () => void;
}

/**
 * Collects the garbage of this thread: some ten milliseconds. Does nothing where it cannot. (V8's "last-resort" finds
 * more after ten thousand connections, and takes ten times as long.)
 */
export function collectGarbage(): void {
  (globalThis as Collecting).gc?.();
}

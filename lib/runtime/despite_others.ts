/**
 * Renames and removals on Windows, where they fail while another program (a virus scanner, an indexer, an editor) has the
 * file just open and does not share it. They are tried again for a moment, which holds this thread; elsewhere an open file
 * stands in nobody's way, and nothing is tried twice.
 *
 * @module
 */
import { isHeldOpen } from "./file_problems.ts";
import { SYSTEM } from "./system.ts";

/** How often it is tried, and how long is waited between, in milliseconds: together no longer than a stalled disk takes. */
const TRIES = 10;
const PAUSE = 10;

/** What an act on files gives. @throws what it throws the last time */
export function despiteOthers<T>(act: () => T, os = SYSTEM, pause: (milliseconds: number) => void = hold): T {
  for (let tried = 1;; tried++) {
    try {
      return act();
    } catch (error) {
      if (tried === TRIES || !isHeldOpen(error, os)) throw error;
      pause(PAUSE);
    }
  }
}

function hold(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

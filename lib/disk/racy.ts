/**
 * Whether the times of a file tell that it is unchanged. File systems stamp times with a coarse clock: a file may change
 * again without its times changing while they are young. (git calls such a file racily clean.)
 *
 * @module
 */
import type { FileStat } from "../ports.ts";

/** Times are young for so long, in milliseconds. */
const RACY = 50;

/** Deno gives the time of the inode's change in whole seconds: it may have been this much later, in milliseconds. */
const CHANGED_GRAIN = 1000;

/**
 * True if whatever changes from now on gets other times.
 *
 * @param now wall-clock milliseconds since the epoch, of before anything is kept of it
 */
export function isSettled({ modified, changed }: FileStat, now: number): boolean {
  return now - Math.max(modified, changed + CHANGED_GRAIN) > RACY;
}

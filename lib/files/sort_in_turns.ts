/**
 * A sort that lets others have their turn: a merge sort over short runs, stable.
 *
 * @module
 */
import type { Turn } from "../http/turns.ts";

/** What is sorted at once. */
const RUN = 128;

/** The items in order, in a list of its own. What is in order already costs one comparison for each. */
export async function sortInTurns<T>(
  items: readonly T[],
  compare: (a: T, b: T) => number,
  turn: Turn,
): Promise<T[]> {
  let from: T[] = [];
  for (let start = 0; start < items.length; start += RUN) {
    for (const item of items.slice(start, start + RUN).sort(compare)) {
      from.push(item);
      if (turn.isOver()) await turn.next();
    }
  }
  for (let width = RUN; width < items.length; width *= 2) {
    const to: T[] = [];
    for (let start = 0; start < from.length; start += 2 * width) {
      const middle = Math.min(start + width, from.length), end = Math.min(middle + width, from.length);
      let left = start, right = middle;
      const inOrder = right === end || compare(from[middle - 1]!, from[middle]!) <= 0;
      while (left < middle || right < end) {
        const takesLeft = right === end ||
          left < middle && (inOrder || compare(from[left]!, from[right]!) <= 0);
        to.push(from[takesLeft ? left++ : right++]!);
        if (turn.isOver()) await turn.next();
      }
    }
    from = to;
  }
  return from;
}

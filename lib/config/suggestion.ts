/**
 * What a misspelt word was meant to be, as the end of the message that refuses it.
 *
 * @module
 */
import { quote } from "./issues.ts";

/** Longer words are no slips of the finger. */
const LONGEST = 60;

/** `: did you mean "listen"?`, or nothing where no known word is near enough to be meant. */
export function suggestion(word: string, known: readonly string[]): string {
  const nearest = nearestWord(word, known);
  return nearest === undefined ? "" : `: did you mean ${quote(nearest)}?`;
}

/**
 * The known word that was meant; of equally near ones the first. Undefined if in each of them more than a third of the
 * letters differ. Two letters that changed places are one slip; dashes, and the case of letters, do not count.
 */
export function nearestWord(word: string, known: readonly string[]): string | undefined {
  const wanted = lettersOf(word);
  if (wanted === "" || wanted.length > LONGEST) return undefined;
  let nearest: string | undefined, least = Infinity;
  for (const candidate of known) {
    const letters = lettersOf(candidate);
    const length = Math.max(wanted.length, letters.length);
    if (Math.abs(wanted.length - letters.length) * 3 > length) continue;
    const slips = slipsBetween(wanted, letters);
    if (slips * 3 > length || slips >= least) continue;
    nearest = candidate;
    least = slips;
  }
  return nearest;
}

function lettersOf(word: string): string {
  return word.toLowerCase().replaceAll("-", "");
}

/** Letters that are missing, too many, other ones, or changed places with a neighbour (optimal string alignment). */
function slipsBetween(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const other = a[i - 1] === b[j - 1] ? 0 : 1;
      let slips = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + other);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        slips = Math.min(slips, beforeLast[j - 2]! + 1);
      }
      row.push(slips);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}

/**
 * Which line of the configuration has a key.
 *
 * @module
 */
import type { Lines } from "../config/types.ts";

/** The line of the first of some words that is written; undefined where none is, and the default holds. */
export function lineOf(lines: Lines | undefined, ...words: readonly string[]): number | undefined {
  for (const word of words) {
    const line = lines?.keys[word];
    if (line !== undefined) return line;
  }
  return undefined;
}

/** The line of an entry of a mapping, whatever its case, e.g. of a field in add_header. */
export function lineOfEntry(lines: Lines | undefined, word: string, entry: string): number | undefined {
  const wanted = `${word}.${entry}`.toLowerCase();
  const found = Object.entries(lines?.keys ?? {}).find(([key]) => key.toLowerCase() === wanted);
  return found?.[1] ?? lineOf(lines, word);
}

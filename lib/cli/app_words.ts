/**
 * The words of an app's command, with its port where they ask for it.
 *
 * @module
 */

/** Stands for the port in any of the words. */
const PORT = "{PORT}";

/** The words as the command gets them. */
export function appWords(words: readonly string[], port: number): string[] {
  return words.map((word) => word.replaceAll(PORT, `${port}`));
}

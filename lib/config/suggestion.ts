/**
 * What a misspelt word was meant to be, as the end of the message that refuses it.
 *
 * @module
 */
import { closestString, levenshteinDistance } from "@std/text";
import { quote } from "./issues.ts";

/** `: did you mean "listen"?`, or nothing where no known word is near enough to be meant. */
export function suggestion(word: string, known: readonly string[]): string {
  if (word === "" || known.length === 0) return "";
  const wanted = word.toLowerCase();
  const closest = closestString(wanted, known);
  const near = levenshteinDistance(wanted, closest) <= Math.max(1, Math.floor(wanted.length / 3));
  return near ? `: did you mean ${quote(closest)}?` : "";
}

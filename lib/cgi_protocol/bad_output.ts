/**
 * What is wrong with output that begins with no header block, in words for the error log.
 *
 * @module
 */

/** Characters of what a program printed or begins with. */
const LONGEST_QUOTE = 80;

/** Its header block is none. @param reason what is wrong with it */
export function whyBadHeaderBlock(reason: string, output: string): string {
  const first = quotedStart(firstLineOf(output));
  const begins = reason.includes(first) ? "" : `, in output that begins with ${first}`;
  const hint = output.startsWith("<!--: spam")
    ? ", which is how Python's cgitb begins its report of a program that failed"
    : ": header fields and an empty line are to come first";
  return `${reason}${begins}${hint}`;
}

/** What it printed before it ended. */
export function whatWasPrinted(output: string): string {
  const first = firstLineOf(output);
  return first === "" ? "and printed nothing" : `and its output begins with ${quotedStart(first)}`;
}

/** Control characters are escaped as in JSON. */
export function quotedStart(text: string): string {
  return JSON.stringify(text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}...` : text);
}

function firstLineOf(output: string): string {
  return output.split(/\r?\n/).find((line) => line !== "") ?? "";
}

/**
 * The parameters behind a media type or a disposition (RFC 9110 section 5.6.6). Refuses as a whole: white space around
 * `=`, values that are neither token nor quoted string, and a name that is given twice, since which of the two counts
 * would be anyone's guess.
 *
 * @module
 */
import { TCHAR } from "../bytes/ascii.ts";

/** One parameter's value: a token, or what stands between the quotes with its backslashes. */
export interface ParameterValue {
  readonly text: string;
  readonly quoted: boolean;
}

// An empty element between two semicolons is part of the grammar.
const NEXT = new RegExp(
  `[ \\t]*;[ \\t]*(?:([${TCHAR}]+)=(?:([${TCHAR}]+)|"([^"\\\\]*(?:\\\\.[^"\\\\]*)*)"))?`,
  "y",
);
const REST_IS_BLANK = /[ \t]*$/y;

/**
 * All parameters by their names in lower case; undefined if they are malformed.
 *
 * @param text a field's value, without control characters
 * @param start where its first semicolon, or white space before it, may stand
 */
export function parseParameters(text: string, start: number): Map<string, ParameterValue> | undefined {
  const parameters = new Map<string, ParameterValue>();
  let at = start;
  while (true) {
    NEXT.lastIndex = at;
    const match = NEXT.exec(text);
    if (match === null) break;
    at += match[0].length;
    if (match[1] === undefined) continue;
    const name = match[1].toLowerCase();
    if (parameters.has(name)) return undefined;
    parameters.set(name, { text: match[2] ?? match[3]!, quoted: match[2] === undefined });
  }
  REST_IS_BLANK.lastIndex = at;
  return REST_IS_BLANK.test(text) ? parameters : undefined;
}

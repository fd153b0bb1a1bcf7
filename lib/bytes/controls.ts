/**
 * Control characters of ASCII and ISO 8859-1, which must not get into a log as they are: a line end forges a line, and
 * terminals obey others.
 *
 * @module
 */

/** All of them as the inside of a character class, for patterns that are made of it. */
export const CONTROLS = "\\x00-\\x1f\\x7f-\\x9f";

/**
 * Makes a function that writes control characters as `\xHH`.
 *
 * @param kept those that stay as they are
 */
export function controlEscaper(kept = ""): (text: string) => string {
  const pattern = `(?![${kept}])[${CONTROLS}]`;
  // An expression that searches all is not asked whether there is one: it would remember where it stopped.
  const any = new RegExp(pattern), each = new RegExp(pattern, "g");
  // PERF: hardly any text has one.
  return (text) => any.test(text) ? text.replace(each, escape) : text;
}

function escape(control: string): string {
  return `\\x${control.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
}

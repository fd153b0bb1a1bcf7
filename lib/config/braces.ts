/**
 * The braces of `${NAME}`, which end a scalar without quotes within brackets and braces of YAML: they are hidden from its
 * parser, and put back into what it gives. Hidden is one character by one, so that all places in the file stay.
 *
 * @module
 */

/** A text without the braces of its variables. */
export interface Hidden {
  readonly text: string;
  /** Puts them back into a part of it. */
  readonly restore: (part: string) => string;
}

/** A default may have blanks, commas and quotes; a name that had would have taken a brace of YAML's for its own. */
const VARIABLE = /\$\{([A-Za-z_]\w*:-[^{}\r\n]*|[^{}\s"',]*)\}/g;

const FIRST_PRIVATE = 0xe000, LAST_PRIVATE = 0xf8ff;

/** Hides the braces of variables. */
export function hideBraces(text: string): Hidden {
  const asIs = { text, restore: (part: string) => part };
  if (!text.includes("${")) return asIs;
  const [open, close] = unused(text);
  if (open === undefined || close === undefined) return asIs;
  return {
    text: text.replace(VARIABLE, (_, name) => `$${open}${name}${close}`),
    restore: (part) => part.replaceAll(open, "{").replaceAll(close, "}"),
  };
}

/** Two characters that do not stand in a text. */
function unused(text: string): readonly string[] {
  const used = new Set(text), free: string[] = [];
  for (let code = FIRST_PRIVATE; code <= LAST_PRIVATE && free.length < 2; code++) {
    const character = String.fromCharCode(code);
    if (!used.has(character)) free.push(character);
  }
  return free;
}

/** The variable on a line that lacks its brace; undefined if there is none. @param line of a text whose braces are hidden */
export function openVariable(line: string): string | undefined {
  return /^(?:[^#]|\S#)*?(?<!\$)(\$\{\w+)(?!\w|:-)/.exec(line)?.[1];
}

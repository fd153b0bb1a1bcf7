/**
 * JSON in lines, for people. Numbers, doubled keys and escapes stay as they were written, which parsing would lose; what
 * was cut is shown as far as it goes.
 *
 * @module
 */

/**
 * The pieces of a text, `[kind, text]`: `key`, `string`, `number`, `word`, or `` for what stands between them, with its
 * ends of lines. Undefined for what is not JSON.
 *
 * @param cut the end of the text may be missing
 */
export function jsonPieces(text, cut) {
  if (!cut) {
    try {
      JSON.parse(text);
    } catch {
      return undefined;
    }
  }
  const token = /\s*(?:("(?:[^"\\]|\\.)*"?)|(-?\d[\d.eE+-]*)|([a-z]+)|([{}[\],:]))/gsy;
  const pieces = [];
  const between = (more) => {
    const last = pieces.at(-1);
    if (last?.[0] === "") last[1] += more;
    else pieces.push(["", more]);
  };
  const closing = /\s*[}\]]/y;
  let depth = 0, end = 0;
  // Depth is told by two spaces, up to where lines would be all spaces.
  const line = () => "\n" + "  ".repeat(Math.min(depth, 24));
  for (let match; (match = token.exec(text)) !== null; end = token.lastIndex) {
    const [, string, number, word, mark] = match;
    if (string !== undefined) {
      const isKey = /\s*:/y;
      isKey.lastIndex = token.lastIndex;
      pieces.push([isKey.test(text) ? "key" : "string", string]);
    } else if (number !== undefined) pieces.push(["number", number]);
    else if (word !== undefined) pieces.push(["word", word]);
    else if (mark === ":") between(": ");
    else if (mark === ",") between("," + line());
    else if (mark === "}" || mark === "]") {
      depth = Math.max(0, depth - 1);
      between(line() + mark);
    } else {
      depth++;
      closing.lastIndex = token.lastIndex;
      if (closing.test(text)) {
        depth--;
        between(mark + text[closing.lastIndex - 1]);
        token.lastIndex = closing.lastIndex;
      } else between(mark + line());
    }
  }
  const rest = text.slice(end);
  if (rest.trim() === "") return pieces;
  // Only what was cut may end in the middle of something.
  return cut && end > 0 ? [...pieces, ["", rest]] : undefined;
}

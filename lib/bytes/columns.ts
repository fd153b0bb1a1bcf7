/**
 * How many columns of a terminal a text takes, and texts cut to fit. Terminals differ in what they make of emoji; where
 * they do, the larger number is taken, so that a line is never longer than was thought.
 *
 * @module
 */

/** Those that take no column of their own. */
const COMBINING = /[\p{Mn}\p{Me}\p{Cf}\u{1160}-\u{11ff}]/u;

/** Those that take two: Unicode's East Asian Width W and F in blocks, and what is drawn as a picture. */
const WIDE = new RegExp(
  "[\\u{1100}-\\u{115f}\\u{2329}\\u{232a}\\u{2e80}-\\u{303e}\\u{3041}-\\u{33ff}\\u{3400}-\\u{4dbf}\\u{4e00}-\\u{9fff}" +
    "\\u{a000}-\\u{a4cf}\\u{a960}-\\u{a97f}\\u{ac00}-\\u{d7a3}\\u{f900}-\\u{faff}\\u{fe10}-\\u{fe19}" +
    "\\u{fe30}-\\u{fe6f}\\u{ff00}-\\u{ff60}\\u{ffe0}-\\u{ffe6}\\u{16fe0}-\\u{18cff}\\u{1aff0}-\\u{1b2ff}" +
    "\\u{1f1e6}-\\u{1f1ff}\\u{20000}-\\u{3fffd}\\p{Extended_Pictographic}]",
  "u",
);

const ASCII = /^[\x20-\x7e]*$/;

/** The columns that a text without control characters takes. */
export function columnsOf(text: string): number {
  // PERF: nearly every text.
  if (ASCII.test(text)) return text.length;
  let columns = 0;
  for (const character of text) columns += widthOf(character);
  return columns;
}

/** The text, or as much of its start as fits with an ellipsis behind it; empty where there is no column. */
export function cutToColumns(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  if (columns < 1) return "";
  let kept = "", left = columns - 1;
  for (const character of text) {
    left -= widthOf(character);
    if (left < 0) break;
    kept += character;
  }
  return `${kept}…`;
}

function widthOf(character: string): number {
  if (ASCII.test(character) || character === "…") return 1;
  // Asks for the picture where there is a plain sign as well, so that the two together are wide.
  if (character === "\ufe0f") return 1;
  if (COMBINING.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

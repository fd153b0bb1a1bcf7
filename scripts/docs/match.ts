/**
 * Whether a program has printed what a page says: a line `...` stands for any lines, none too, and `...` in a line for
 * any text. Pure.
 *
 * @module
 */

/** Where what was printed is not what was expected, in words; undefined where it is. */
export function mismatch(expected: string, printed: string): string | undefined {
  const wanted = linesOf(expected), got = linesOf(printed);
  const furthest = follow(wanted, got);
  if (furthest === undefined) return undefined;
  const { at, line } = furthest;
  const found = line < got.length ? `"${got[line]}"` : "the end";
  const missing = at < wanted.length ? `"${wanted[at]}"` : "the end";
  return `line ${line + 1} of the output: expected ${missing}, found ${found}`;
}

function linesOf(text: string): string[] {
  return text.replace(/\n+$/, "").split("\n").map((line) => line.trimEnd());
}

interface Place {
  readonly at: number;
  readonly line: number;
}

/** Undefined if all is met, else the furthest place that was come to. */
function follow(wanted: readonly string[], got: readonly string[]): Place | undefined {
  let furthest: Place = { at: 0, line: 0 };
  const seen = new Set<string>();
  const go = (at: number, line: number): boolean => {
    if (line > furthest.line || (line === furthest.line && at > furthest.at)) furthest = { at, line };
    if (at === wanted.length) return line === got.length;
    const place = `${at} ${line}`;
    if (seen.has(place)) return false;
    seen.add(place);
    if (wanted[at]!.trim() === "...") return go(at + 1, line) || (line < got.length && go(at, line + 1));
    return line < got.length && lineMatches(wanted[at]!, got[line]!) && go(at + 1, line + 1);
  };
  return go(0, 0) ? undefined : furthest;
}

function lineMatches(wanted: string, got: string): boolean {
  const parts = wanted.split("...");
  if (parts.length === 1) return wanted === got;
  const first = parts.shift()!, last = parts.pop()!;
  if (!got.startsWith(first)) return false;
  let from = first.length;
  for (const part of parts) {
    const found = got.indexOf(part, from);
    if (found < 0) return false;
    from = found + part.length;
  }
  return got.length - last.length >= from && got.endsWith(last);
}

/**
 * The line of a script that its messages name, in the words of the usual interpreters.
 *
 * @module
 */

/** How a place is written behind the name of a script; which of several counts. */
const WAYS: readonly { readonly behind: RegExp; readonly which: "first" | "last" }[] = [
  // Python: the innermost call is the last one.
  { behind: /^", line (\d+)/, which: "last" },
  // PHP: warnings come before what it died of.
  { behind: /^(?:<\/b>|['"])? on line (?:<b>)?(\d+)/, which: "last" },
  // Perl.
  { behind: /^ line (\d+)/, which: "last" },
  // bash and its kin.
  { behind: /^: line (\d+):/, which: "last" },
  // dash.
  { behind: /^: (\d+): /, which: "last" },
  // Ruby, node, Deno, PHP's uncaught exceptions: the innermost call is the first one.
  { behind: /^:(\d+)\b/, which: "first" },
];

/** Where one syntax error is followed by others, they come of it. */
const SYNTAX = /syntax error/i;

/** Characters of a message that are looked at: a program must not keep the server at it. */
const LONGEST = 64 * 1024;

/** The line that is named on standard error, or else in the output; undefined if there is none. */
export function errorPlace(errors: string, output: string, file: string): number | undefined {
  return placeIn(errors, file) ?? placeIn(output, file);
}

function placeIn(text: string, file: string): number | undefined {
  const name = file.slice(file.lastIndexOf("/") + 1), said = text.slice(-LONGEST);
  const places: { line: number; way: number }[] = [];
  for (let at = said.indexOf(name); at >= 0; at = said.indexOf(name, at + 1)) {
    if (!isNamed(said, at, file, name)) continue;
    const behind = said.slice(at + name.length, at + name.length + 40);
    for (const [way, { behind: pattern }] of WAYS.entries()) {
      const [, line] = pattern.exec(behind) ?? [];
      if (line === undefined) continue;
      places.push({ line: Number(line), way });
      break;
    }
  }
  const [first] = places;
  if (first === undefined) return undefined;
  const isFirst = WAYS[first.way]!.which === "first" || SYNTAX.test(said);
  const { line } = isFirst ? first : places.findLast(({ way }) => way === first.way)!;
  return line >= 1 && line < 1e7 ? line : undefined;
}

/** A file of the same name in another folder is another one. */
function isNamed(text: string, at: number, file: string, name: string): boolean {
  const folder = file.slice(0, file.length - name.length);
  const before = text.slice(Math.max(0, at - folder.length), at);
  return before === folder || !/[\w./-]$/.test(before) || /(?:^|[^\w./-])\.\/$/.test(before);
}

/**
 * A second reading of multipart bodies, from the grammar of RFC 2046 section 5.1.1 as regular expressions over the
 * whole input: slow, and too short to be wrong in the same way as lib/http/multipart/.
 *
 * @module
 */
import type { MultipartLimits } from "../../lib/http/multipart/parser.ts";
import { escape } from "../../tests/wire/escape.ts";

const FINAL_LINE = /--[ \t]*(?:\r\n|$)/y;
const LINE = /[ \t]*\r\n/y;
const SECTION = /(?:[\w!#$%&'*+.^`|~-]+:[\t\x20-\x7e\x80-\xff]*\r\n)*\r\n/y;
/** As much as can be the beginning of a section. */
const PART_OF_SECTION =
  /(?:[\w!#$%&'*+.^`|~-]+:[\t\x20-\x7e\x80-\xff]*\r\n)*(?:[\w!#$%&'*+.^`|~-]+(?::[\t\x20-\x7e\x80-\xff]*\r?)?|\r)?/y;

/** The events of a body that has ended, a line each; an error as its status alone. */
export function referenceLines(input: string, boundary: string, limits: MultipartLimits): string[] {
  const delimiter = `\r\n--${boundary}`;
  const text = `\r\n${input}`;
  const lines: string[] = [];
  let at = text.indexOf(delimiter);
  for (let parts = 1; at >= 0; parts++) {
    at += delimiter.length;
    const endOfPart = parts > 1 ? ["end of part"] : [];
    if (matchAt(FINAL_LINE, text, at) !== undefined) return [...lines, ...endOfPart, "end"];
    const line = matchAt(LINE, text, at);
    if (line === undefined) break;
    if (parts > limits.parts) return [...lines, "413"];
    lines.push(...endOfPart);
    at += line.length;
    const section = matchAt(SECTION, text, at);
    const length = section?.length ?? matchAt(PART_OF_SECTION, text, at)!.length;
    // Without an empty line, what stands at the limit itself is already too much; but something must stand there.
    const isTooLong = section === undefined ? length >= limits.partHeader : length > limits.partHeader;
    if (isTooLong && text.length - at > limits.partHeader) return [...lines, "413"];
    if (section === undefined) break;
    lines.push(
      `part ${escape(section.slice(0, -4).replace(/:[ \t]*(.*?)[ \t]*(?:\r\n|$)/g, ": $1|").slice(0, -1))}`,
    );
    at += length;
    const found = text.indexOf(delimiter, at - 2);
    const data = found >= 0 ? text.slice(at, found) : withoutBeginning(text, at, delimiter);
    if (data !== "") lines.push(`data ${escape(data)}`);
    at = found;
  }
  return [...lines, "400"];
}

/** The content without what may still become a delimiter. */
function withoutBeginning(text: string, start: number, delimiter: string): string {
  for (let length = delimiter.length - 1; length > 0; length--) {
    const end = text.length - length;
    if (end >= start - 2 && text.startsWith(delimiter.slice(0, length), end)) return text.slice(start, end);
  }
  return text.slice(start);
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

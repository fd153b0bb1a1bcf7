/**
 * Bytes as readable text and back, as the wire cases write them: see README.md.
 *
 * @module
 */
import { decodeLatin1, encodeLatin1 } from "../../lib/bytes/latin1.ts";

const SHORT: Readonly<Record<string, string>> = { r: "\r", n: "\n", t: "\t", "0": "\0", "\\": "\\" };

/** `\r \n \t \0 \\`, `\xHH`, and `\{N text}`, which is N times the text. */
const ESCAPE = /\\(?:x([0-9A-Fa-f]{2})|\{(\d+) ([^}]+)\}|([rnt0\\])|)/g;

/**
 * Text with its escapes replaced, one character a byte.
 *
 * @throws {Error} if a backslash begins no escape
 */
export function unescape(text: string): string {
  return text.replace(ESCAPE, (escape, hex?: string, times?: string, part?: string, short?: string) => {
    if (hex !== undefined) return String.fromCharCode(parseInt(hex, 16));
    if (part !== undefined) return unescape(part).repeat(Number(times));
    if (short !== undefined) return SHORT[short]!;
    throw new Error(`No escape begins with "${escape}" in "${text}"`);
  });
}

/** Text of one character a byte with everything but visible ASCII and the space as escapes. */
export function escape(text: string): string {
  return text.replace(/[^\x20-\x5b\x5d-\x7e]/g, (character) => {
    const name = Object.keys(SHORT).find((name) => SHORT[name] === character);
    return name !== undefined ? `\\${name}` : `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
}

export const escapeBytes = (bytes: Uint8Array): string => escape(decodeLatin1(bytes));

export const unescapeBytes = (text: string): Uint8Array<ArrayBuffer> => encodeLatin1(unescape(text));

/** Each line ends in CRLF, but for one that ends in a single backslash. */
export function inputOf(lines: readonly string[]): string {
  return lines.map((line) => {
    const open = /(?<!\\)(?:\\\\)*\\$/.test(line);
    return open ? unescape(line.slice(0, -1)) : unescape(line) + "\r\n";
  }).join("");
}

/**
 * The bytes of a configuration file to its text. It is UTF-8, with or without a byte order mark; what is not is refused by
 * the name of what it seems to be, since read as UTF-8 it would name other files than it does in an editor.
 *
 * @module
 */
import type { Report } from "./issues.ts";

const BYTE_ORDER_MARKS: readonly (readonly [encoding: string, bytes: readonly number[]])[] = [
  ["UTF-32", [0xff, 0xfe, 0, 0]],
  ["UTF-32", [0, 0, 0xfe, 0xff]],
  ["UTF-16", [0xff, 0xfe]],
  ["UTF-16", [0xfe, 0xff]],
];

/** Bytes at the start by which an encoding is known that has no byte order mark. */
const PROBE = 65_536;

/** The text without a byte order mark; undefined if it is not UTF-8, which is then reported. */
export function decodeText(bytes: Uint8Array, report: Report): string | undefined {
  const wide = wideEncoding(bytes);
  if (wide !== undefined) {
    report({ line: undefined, path: "" }, `the file is ${wide}: save it as UTF-8`);
    return undefined;
  }
  const zero = bytes.indexOf(0);
  if (zero >= 0) {
    report({ line: lineOf(bytes, zero), path: "" }, "a NUL byte: this is no text file");
    return undefined;
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    const { at, isMixed } = firstFault(bytes);
    const byte = `byte 0x${bytes[at]!.toString(16).toUpperCase()}`;
    const other = bytes.some((value) => value >= 0x80 && value < 0xa0)
      ? "Windows-1252"
      : "Latin-1 (ISO 8859-1)";
    const what = isMixed
      ? `not UTF-8 (${byte}), though other characters are`
      : `not UTF-8 (${byte}): it looks like ${other}`;
    report({ line: lineOf(bytes, at), path: "" }, `${what}: save the file as UTF-8`);
    return undefined;
  }
}

function wideEncoding(bytes: Uint8Array): string | undefined {
  const marked = BYTE_ORDER_MARKS.find(([, mark]) => mark.every((byte, index) => bytes[index] === byte));
  if (marked !== undefined) return marked[0];
  if (!bytes.includes(0)) return undefined;
  const probe = bytes.subarray(0, Math.min(PROBE, bytes.length & ~1));
  if (isUtf32(probe)) return "UTF-32";
  return isUtf16(probe, "utf-16le") || isUtf16(probe, "utf-16be") ? "UTF-16" : undefined;
}

/** Of four bytes two at one end are the number of a plane, with which 17 begin. */
function isUtf32(bytes: Uint8Array): boolean {
  if (bytes.length < 4) return false;
  let little = true, big = true;
  for (let at = 0; at + 3 < bytes.length; at += 4) {
    little &&= bytes[at + 3] === 0 && bytes[at + 2]! <= 0x10;
    big &&= bytes[at] === 0 && bytes[at + 1]! <= 0x10;
  }
  return little || big;
}

/** There is no configuration without a colon, which is another character with its bytes the other way round. */
function isUtf16(bytes: Uint8Array, label: string): boolean {
  const text = new TextDecoder(label).decode(bytes);
  // deno-lint-ignore no-control-regex
  return text.includes(":") && !/[\x00-\x08\x0b\x0e-\x1f\ufffe\uffff]/.test(text);
}

/** Where the first byte is that is no part of a character, and whether other characters before it are UTF-8. */
function firstFault(bytes: Uint8Array): { at: number; isMixed: boolean } {
  let isMixed = false;
  for (let at = 0; at < bytes.length;) {
    const length = lengthOfCharacter(bytes, at);
    if (length === 0) return { at, isMixed };
    isMixed ||= length > 1;
    at += length;
  }
  return { at: bytes.length - 1, isMixed };
}

/** The bytes of a character (RFC 3629 section 4); 0 where there is none. */
function lengthOfCharacter(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  // Neither longer forms than need be, nor surrogates, nor what is beyond Unicode.
  const least = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const most = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  const isWhole = bytes.subarray(at + 1, at + length).every((byte, index) =>
    index === 0 ? byte >= least && byte <= most : (byte & 0xc0) === 0x80
  );
  return isWhole && at + length <= bytes.length ? length : 0;
}

function lineOf(bytes: Uint8Array, at: number): number {
  let line = 1;
  for (let i = 0; i < at; i++) if (bytes[i] === 0x0a) line++;
  return line;
}

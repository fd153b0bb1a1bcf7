/**
 * Bytes of the HTTP/1.1 grammar and the character classes of RFC 9110 section 5.6 and RFC 3986 as lookup tables.
 *
 * @module
 */

export const TAB = 0x09;
export const LF = 0x0a;
export const CR = 0x0d;
export const SPACE = 0x20;
export const DOUBLE_QUOTE = 0x22;
export const COLON = 0x3a;
export const SEMICOLON = 0x3b;
export const EQUALS = 0x3d;
export const BACKSLASH = 0x5c;

/** A table of 256 bits, one for each byte that `characters` names or `holds` accepts. */
function table(characters: string, holds: (byte: number) => boolean = () => false): Uint8Array {
  const bits = new Uint8Array(256);
  for (let byte = 0; byte < 256; byte++) {
    bits[byte] = characters.includes(String.fromCharCode(byte)) || holds(byte) ? 1 : 0;
  }
  return bits;
}

const isAlphanumeric = (byte: number): boolean =>
  (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);

/** tchar: the characters of methods, field names and other tokens. */
export const TOKEN: Uint8Array = table("!#$%&'*+-.^_`|~", isAlphanumeric);

/** tchar as the inside of a character class, for patterns that are made of it. */
export const TCHAR = "!#$%&'*+\\-.^_`|~0-9A-Za-z";

const TOKEN_TEXT = new RegExp(`^[${TCHAR}]+$`);

/** True if the whole text is a token. */
export function isToken(text: string): boolean {
  return TOKEN_TEXT.test(text);
}

const LOWER_TOKEN_TEXT = new RegExp(`^[${TCHAR.replace("A-Z", "")}]+$`);

/** True if the whole text is a token without upper-case letters: what a field name is in HTTP/2. */
export function isLowerToken(text: string): boolean {
  return LOWER_TOKEN_TEXT.test(text);
}

// deno-lint-ignore no-control-regex
const NOT_IN_FIELD_VALUE = /[\x00-\x08\x0a-\x1f\x7f]/;

/** True if a field may have this value (RFC 9110 section 5.5), white space around it left aside. */
export function isFieldValue(text: string): boolean {
  return !NOT_IN_FIELD_VALUE.test(text);
}

/** field-vchar, obs-text, space and tab: all that a field value may have. */
export const FIELD_VALUE: Uint8Array = table("\t ", (byte) => byte > 0x20 && byte !== 0x7f);

/**
 * What a request target may have: visible ASCII but for `"`, `<`, `>` and `#`. RFC 3986 has fewer, but browsers send
 * `[`, `]`, `{`, `}`, `|`, `\`, `^` and a backtick as they are (WHATWG URL, path and query percent-encode sets).
 */
export const TARGET: Uint8Array = table(
  "",
  (byte) => byte > 0x20 && byte < 0x7f && !'"<>#'.includes(String.fromCharCode(byte)),
);

/** qdtext: inside a quoted string, but for the quote and the backslash. */
export const QUOTED_TEXT: Uint8Array = table(
  "\t ",
  (byte) => byte > 0x20 && byte !== 0x7f && byte !== DOUBLE_QUOTE && byte !== BACKSLASH,
);

/** The value of a hexadecimal digit, 255 for any other byte. */
export const HEX_VALUE: Uint8Array = (() => {
  const values = new Uint8Array(256).fill(255);
  for (let digit = 0; digit < 16; digit++) {
    const text = digit.toString(16);
    values[text.charCodeAt(0)] = digit;
    values[text.toUpperCase().charCodeAt(0)] = digit;
  }
  return values;
})();

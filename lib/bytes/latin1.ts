/**
 * ISO 8859-1 text from bytes and back, one character a byte: what HTTP fields are made of. (The Encoding API's
 * "latin1" is windows-1252, which changes the bytes from 0x80 to 0x9f.)
 *
 * @module
 */

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** Arguments of one fromCharCode call; engines have a limit on them. */
const PIECE = 8192;

/** Decodes bytes that are known to be below 0x80. */
export function decodeAscii(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** Decodes any bytes. */
export function decodeLatin1(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += PIECE) text += String.fromCharCode(...bytes.subarray(i, i + PIECE));
  return text;
}

/** True if every character fits one byte. */
export function isLatin1(text: string): boolean {
  // deno-lint-ignore no-control-regex
  return /^[\x00-\xff]*$/.test(text);
}

const QUESTION_MARK = 0x3f;

/**
 * Writes text into `into` at `offset` and gives the offset behind it. The caller has made room for `text.length` bytes.
 *
 * SECURITY: a character that does not fit one byte becomes `?`. Cut to its low byte, U+010D U+010A would be a line end.
 *
 * PERF: encodeInto is several times faster than a loop, and right as long as every character is ASCII, when it takes
 * exactly one byte for each.
 */
export function encodeLatin1Into(text: string, into: Uint8Array, offset: number): number {
  const end = offset + text.length;
  const { read, written } = encoder.encodeInto(text, into.subarray(offset, end));
  if (read !== text.length || written !== text.length) {
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      into[offset + i] = code > 0xff ? QUESTION_MARK : code;
    }
  }
  return end;
}

/** Encodes text; a character that does not fit one byte becomes `?`. */
export function encodeLatin1(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  encodeLatin1Into(text, bytes, 0);
  return bytes;
}

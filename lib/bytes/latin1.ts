/**
 * ISO 8859-1 text from bytes and back, one character a byte: what HTTP fields are made of. (The Encoding API's
 * "latin1" is windows-1252, which changes the bytes from 0x80 to 0x9f.)
 *
 * @module
 */
import { Buffer } from "node:buffer";

const encoder = new TextEncoder();

/** Arguments of one fromCharCode call; engines have a limit on them. */
const PIECE = 8192;

/**
 * PERF: a TextDecoder takes three times as long for the few bytes of a head. (For "utf8" this asks nothing of the bytes
 * but that they are a Uint8Array; for "latin1", in Deno 2.6, it does.)
 */
const toText: (this: Uint8Array, encoding: "utf8", start: number, end: number) => string =
  Buffer.prototype.toString;

/** Decodes the bytes from `start` to `end`, which are known to be below 0x80. */
export function decodeAscii(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  return toText.call(bytes, "utf8", start, end);
}

/**
 * Decodes any bytes from `start` to `end`.
 *
 * PERF: to spread an array into arguments goes through its iterator, and takes eight times as long as to apply it.
 */
export function decodeLatin1(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  let text = "";
  for (let i = start; i < end; i += PIECE) {
    text += Reflect.apply(String.fromCharCode, undefined, bytes.subarray(i, Math.min(i + PIECE, end)));
  }
  return text;
}

const QUESTION_MARK = 0x3f;

/** Room to be left behind what encodeLatin1Into() writes: the longest UTF-8 form of one character. */
export const LATIN1_SPARE = 4;

/**
 * Writes text into `into` at `offset` and gives the offset behind it. The caller has made room for `text.length` bytes,
 * and has nothing behind it yet: where the text is not ASCII, up to four bytes there may be overwritten.
 *
 * SECURITY: a character that does not fit one byte becomes `?`. Cut to its low byte, U+010D U+010A would be a line end.
 *
 * PERF: encodeInto is several times faster than a loop, and right as long as every character is ASCII. It is so if and
 * only if as many bytes as characters are written although there was room for one longer character more. (`read` would
 * tell without the spare room, but Deno 2.6 counts it wrong.)
 *
 * @throws {RangeError} if the text does not fit: a bug of ours, and half a head must never be sent
 */
export function encodeLatin1Into(text: string, into: Uint8Array, offset: number): number {
  const end = offset + text.length;
  if (end > into.length) {
    throw new RangeError(`${text.length} characters do not fit ${into.length - offset} bytes`);
  }
  if (end + LATIN1_SPARE <= into.length) {
    const { written } = encoder.encodeInto(text, into.subarray(offset, end + LATIN1_SPARE));
    if (written === text.length) return end;
  }
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    into[offset + i] = code > 0xff ? QUESTION_MARK : code;
  }
  return end;
}

/** Encodes text; a character that does not fit one byte becomes `?`. */
export function encodeLatin1(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length + LATIN1_SPARE);
  return bytes.subarray(0, encodeLatin1Into(text, bytes, 0));
}

/** A text of its own: a part of a text keeps all of that in memory, a whole head for one of its fields. */
export function ownCopy(text: string): string {
  return decodeLatin1(encodeLatin1(text));
}

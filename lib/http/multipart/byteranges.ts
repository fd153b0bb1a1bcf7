/**
 * The frame of a multipart/byteranges body (RFC 9110 section 14.6, RFC 2046 section 5.1): all bytes that stand between
 * the file's. Refuses a boundary that would need quoting, and control characters in the media type.
 *
 * @module
 */
import { isFieldValue } from "../../bytes/ascii.ts";
import { type ByteRange, contentRange } from "../ranges.ts";

/** What to send: for each part its head and then the bytes of its range, and at the end the tail. */
export interface ByterangesFrame {
  /** The value of Content-Type for the whole response. */
  readonly contentType: string;
  readonly parts: readonly { readonly head: Uint8Array; readonly range: ByteRange }[];
  readonly tail: Uint8Array;
  /** Of the whole body, the file's bytes included. */
  readonly length: number;
}

// The characters that RFC 2046 section 5.1.1 and the token of RFC 9110 section 5.6.2 share.
const BOUNDARY = /^[0-9A-Za-z'+_.-]{1,70}$/;

/**
 * The frame around several ranges of one file.
 *
 * @param contentType of the file
 * @param boundary must not occur in the file: take a random one
 * @throws {TypeError} if there is no range, the boundary is unfit or the media type has control characters.
 */
export function byterangesParts(
  ranges: readonly ByteRange[],
  size: number,
  contentType: string,
  boundary: string,
): ByterangesFrame {
  if (!BOUNDARY.test(boundary)) throw new TypeError(`Unfit boundary "${boundary}"`);
  if (!isFieldValue(contentType)) throw new TypeError("Control character in the media type");
  if (ranges.length === 0) throw new TypeError("A multipart body must have a part");
  const encoder = new TextEncoder();
  const tail = encoder.encode(`\r\n--${boundary}--\r\n`);
  let length = tail.length;
  const parts = ranges.map((range, index) => {
    // The line end before a delimiter belongs to it, and nothing stands before the first.
    const head = encoder.encode(
      `${index === 0 ? "" : "\r\n"}--${boundary}\r\nContent-Type: ${contentType}\r\n` +
        `Content-Range: ${contentRange(range, size)}\r\n\r\n`,
    );
    length += head.length + range.end - range.start;
    return { head, range };
  });
  return { contentType: `multipart/byteranges; boundary=${boundary}`, parts, tail, length };
}

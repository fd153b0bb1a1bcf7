/**
 * Lines that wait to be written together, as bytes from the start: thousands of strings that live until the next write
 * are what a garbage collector is slow with.
 *
 * @module
 */
import { LF } from "../bytes/ascii.ts";

/** Room for some hundred lines. */
const PIECE = 16 * 1024;

/** No character is longer in UTF-8, counted by its UTF-16 units. */
const LONGEST = 3;

/** A longer line is cut, in characters: all fields that an access log bounds, escaped, and any stack trace have room. */
const LONGEST_LINE = 128 * 1024;

/** Bytes of a piece, at most: a line of its own, each character of which takes three. */
export const LARGEST_PIECE = LONGEST_LINE * LONGEST;

const encoder = new TextEncoder();

/** The line with what is too much of it left away, which is said in its place. */
export function cutLine(text: string): string {
  if (text.length <= LONGEST_LINE) return text;
  const mark = `...[${text.length} characters, cut]`;
  return text.slice(0, LONGEST_LINE - mark.length) + mark;
}

/** Collects lines in pieces of memory of their own, which may be handed to another thread. */
export class LineBatch {
  #pieces: Uint8Array<ArrayBuffer>[] = [];
  #buffer: Uint8Array<ArrayBuffer> | undefined;
  #filled = 0;

  /** Adds a line and its end. @returns how many bytes that are */
  line(text: string): number {
    const most = text.length * LONGEST + 1;
    if (most > PIECE) {
      const bytes = encoder.encode(`${text}\n`);
      this.lines(bytes);
      return bytes.length;
    }
    if (this.#filled + most > PIECE) this.#seal();
    const buffer = this.#buffer ??= new Uint8Array(PIECE);
    const { written } = encoder.encodeInto(text, buffer.subarray(this.#filled));
    buffer[this.#filled + written] = LF;
    this.#filled += written + 1;
    return written + 1;
  }

  /** Adds whole lines with their ends. The memory is the batch's from now on. */
  lines(bytes: Uint8Array<ArrayBuffer>): void {
    this.#seal();
    this.#pieces.push(bytes);
  }

  /** Everything in it, in its order; it is empty afterwards. */
  take(): Uint8Array<ArrayBuffer>[] {
    this.#seal();
    const pieces = this.#pieces;
    this.#pieces = [];
    return pieces;
  }

  #seal(): void {
    // Of what is handed on, the most part is lines: who counts them may count on that.
    const buffer = this.#buffer, filled = this.#filled;
    if (buffer !== undefined) {
      this.#pieces.push(filled * 2 < PIECE ? buffer.slice(0, filled) : buffer.subarray(0, filled));
    }
    this.#buffer = undefined;
    this.#filled = 0;
  }
}

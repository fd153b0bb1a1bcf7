/**
 * Several ranges within the frame of a multipart/byteranges body (RFC 9110 section 14.6).
 *
 * @module
 */
import type { BodySource } from "../http/message.ts";
import type { ByterangesFrame } from "../http/multipart/byteranges.ts";

/** Puts what stands between the ranges between them. Owns their source. */
export class ByterangesSource implements BodySource {
  readonly length: number;
  readonly #ranges: BodySource;
  /** What is still to come: bytes of the frame, or how many bytes of the ranges. */
  readonly #pieces: (Uint8Array | number)[];

  /** @param ranges gives the bytes of the frame's ranges, one after another */
  constructor(ranges: BodySource, frame: ByterangesFrame) {
    this.#ranges = ranges;
    this.length = frame.length;
    this.#pieces = frame.parts.flatMap(({ head, range }) => [head, range.end - range.start]);
    this.#pieces.push(frame.tail);
  }

  get prompt(): boolean {
    return this.#ranges.prompt;
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    let filled = 0;
    while (filled < buffer.length && this.#pieces.length > 0) {
      const count = await this.#take(this.#pieces[0]!, buffer.subarray(filled));
      if (count === 0) break;
      filled += count;
    }
    return filled === 0 ? null : filled;
  }

  close(): void {
    this.#ranges.close();
  }

  /** Moves the beginning of the first piece into the buffer, and leaves the rest of it. */
  async #take(piece: Uint8Array | number, buffer: Uint8Array): Promise<number> {
    if (piece instanceof Uint8Array) {
      const count = Math.min(piece.length, buffer.length);
      buffer.set(piece.subarray(0, count));
      this.#replaceFirst(piece.subarray(count), piece.length - count);
      return count;
    }
    const count = await this.#ranges.read(buffer.subarray(0, Math.min(piece, buffer.length))) ?? 0;
    this.#replaceFirst(piece - count, piece - count);
    return count;
  }

  #replaceFirst(rest: Uint8Array | number, left: number): void {
    if (left === 0) this.#pieces.shift();
    else this.#pieces[0] = rest;
  }
}

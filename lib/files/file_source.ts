/**
 * Parts of a file as a response's body.
 *
 * @module
 */
import type { BodySource } from "../http/message.ts";
import type { ByterangesFrame } from "../http/multipart_ranges.ts";
import type { ByteRange } from "../http/ranges.ts";
import type { OpenFile } from "../ports.ts";

/** Reads up to this length do not go through another thread: it takes longer to ask one than to copy. */
const SYNC_READ = 64 * 1024;

/** One range of a file. Owns the file. */
export class FileSource implements BodySource {
  readonly prompt = true;
  readonly length: number;
  #position: number;
  readonly #end: number;
  readonly #file: OpenFile;
  #closed = false;

  constructor(file: OpenFile, range: ByteRange) {
    this.#file = file;
    this.#position = range.start;
    this.#end = range.end;
    this.length = range.end - range.start;
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    const wanted = Math.min(buffer.length, this.#end - this.#position);
    if (wanted === 0) return null;
    const into = buffer.subarray(0, wanted);
    const count = wanted <= SYNC_READ
      ? this.#file.readAtSync(into, this.#position)
      : await this.#file.readAt(into, this.#position);
    this.#position += count;
    return count === 0 ? null : count;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#file.close();
  }
}

/** Several ranges of a file within the frame of a multipart/byteranges body. Owns the file. */
export class ByterangesSource implements BodySource {
  readonly prompt = true;
  readonly length: number;
  readonly #file: OpenFile;
  /** What is still to come: bytes, or ranges of the file. */
  readonly #pieces: (Uint8Array | ByteRange)[];
  #closed = false;

  constructor(file: OpenFile, frame: ByterangesFrame) {
    this.#file = file;
    this.length = frame.length;
    this.#pieces = [...frame.parts.flatMap(({ head, range }) => [head, range]), frame.tail];
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
    if (this.#closed) return;
    this.#closed = true;
    this.#file.close();
  }

  /** Moves the beginning of the first piece into the buffer, and leaves the rest of it. */
  async #take(piece: Uint8Array | ByteRange, buffer: Uint8Array): Promise<number> {
    if (piece instanceof Uint8Array) {
      const count = Math.min(piece.length, buffer.length);
      buffer.set(piece.subarray(0, count));
      this.#replaceFirst(count < piece.length ? piece.subarray(count) : undefined);
      return count;
    }
    const wanted = Math.min(piece.end - piece.start, buffer.length);
    const count = await this.#file.readAt(buffer.subarray(0, wanted), piece.start);
    const start = piece.start + count;
    this.#replaceFirst(start < piece.end ? { start, end: piece.end } : undefined);
    return count;
  }

  #replaceFirst(rest: Uint8Array | ByteRange | undefined): void {
    if (rest === undefined) this.#pieces.shift();
    else this.#pieces[0] = rest;
  }
}

/**
 * Parts of a file as a response's body.
 *
 * @module
 */
import type { BodySource } from "../http/message.ts";
import type { ByterangesFrame } from "../http/multipart_ranges.ts";
import type { ByteRange } from "../http/ranges.ts";
import type { OpenFile } from "../ports.ts";

/**
 * A read that took longer had to wait for a disk, in milliseconds.
 *
 * PERF: what is in the system's cache is read in place, since asking another thread to do it costs as much as the read
 * itself. Once a file makes us wait, the rest of it is read by others, so that nobody else has to wait with us.
 */
const DISK_WAIT = 1;

/** Reads a file in place for as long as that does not take time. */
class PatientReader {
  #waits = false;

  constructor(readonly file: OpenFile) {}

  read(buffer: Uint8Array, offset: number): number | Promise<number> {
    if (this.#waits) return this.file.readAt(buffer, offset);
    const start = performance.now();
    const count = this.file.readAtSync(buffer, offset);
    this.#waits = performance.now() - start > DISK_WAIT;
    return count;
  }
}

/** One range of a file. Owns the file. */
export class FileSource implements BodySource {
  readonly prompt = true;
  readonly length: number;
  #position: number;
  readonly #end: number;
  readonly #file: OpenFile;
  readonly #reader: PatientReader;
  #closed = false;

  constructor(file: OpenFile, range: ByteRange) {
    this.#file = file;
    this.#reader = new PatientReader(file);
    this.#position = range.start;
    this.#end = range.end;
    this.length = range.end - range.start;
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    const wanted = Math.min(buffer.length, this.#end - this.#position);
    if (wanted === 0) return null;
    const count = await this.#reader.read(buffer.subarray(0, wanted), this.#position);
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
  readonly #reader: PatientReader;
  /** What is still to come: bytes, or ranges of the file. */
  readonly #pieces: (Uint8Array | ByteRange)[];
  #closed = false;

  constructor(file: OpenFile, frame: ByterangesFrame) {
    this.#file = file;
    this.#reader = new PatientReader(file);
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
    const count = await this.#reader.read(buffer.subarray(0, wanted), piece.start);
    const start = piece.start + count;
    this.#replaceFirst(start < piece.end ? { start, end: piece.end } : undefined);
    return count;
  }

  #replaceFirst(rest: Uint8Array | ByteRange | undefined): void {
    if (rest === undefined) this.#pieces.shift();
    else this.#pieces[0] = rest;
  }
}

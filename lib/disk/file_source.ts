/**
 * Parts of a file as a response's body.
 *
 * @module
 */
import type { BodySource } from "../http/message.ts";
import type { ByteRange } from "../http/ranges.ts";
import type { Clock, OpenFile } from "../ports.ts";

/**
 * A read that took longer had to wait for a disk, in milliseconds.
 *
 * PERF: what is in the system's cache is read in place, since asking another thread to do it costs as much as the read
 * itself. Once a file makes us wait, the rest of it is read by others, so that nobody else has to wait with us.
 */
const DISK_WAIT = 1;

/** The bytes of some ranges, one after another. Owns the file. */
export class FileSource implements BodySource {
  readonly prompt = true;
  readonly length: number;
  readonly #file: OpenFile;
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #ranges: readonly ByteRange[];
  /** Of the ranges, the one that is being read, and where in the file. */
  #range = 0;
  #position: number;
  #waitsForDisk = false;
  #closed = false;

  constructor(file: OpenFile, ranges: readonly ByteRange[], clock: Pick<Clock, "monotonic">) {
    this.#clock = clock;
    this.#file = file;
    this.#ranges = ranges;
    this.#position = ranges[0]?.start ?? 0;
    let length = 0;
    for (const { start, end } of ranges) length += end - start;
    this.length = length;
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    const range = this.#ranges[this.#range];
    const wanted = range === undefined ? 0 : Math.min(buffer.length, range.end - this.#position);
    if (wanted === 0) return null;
    const count = await this.#readAt(buffer.subarray(0, wanted), this.#position);
    this.#position += count;
    if (this.#position === range!.end) this.#position = this.#ranges[++this.#range]?.start ?? 0;
    return count === 0 ? null : count;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#file.close();
  }

  #readAt(buffer: Uint8Array, offset: number): number | Promise<number> {
    if (this.#waitsForDisk) return this.#file.readAt(buffer, offset);
    const start = this.#clock.monotonic();
    const count = this.#file.readAtSync(buffer, offset);
    this.#waitsForDisk = this.#clock.monotonic() - start > DISK_WAIT;
    return count;
  }
}

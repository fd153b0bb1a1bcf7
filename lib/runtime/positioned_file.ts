/**
 * Whole writes, and reads at any place of a file.
 *
 * @module
 */

/** Writes everything: a write may take a part only. */
export async function writeAll(
  writer: { write(bytes: Uint8Array): Promise<number> },
  bytes: Uint8Array,
): Promise<void> {
  for (let rest = bytes; rest.length > 0;) rest = rest.subarray(await writer.write(rest));
}

/** An open file that knows where it stands: seeking is a call of its own, and mostly not needed. */
export class PositionedFile {
  /** Where the next read or write happens; undefined where a failure leaves it unknown. */
  #position: number | undefined = 0;

  constructor(readonly file: Deno.FsFile) {}

  /** Writes everything where the last read or write ended. */
  async write(bytes: Uint8Array): Promise<void> {
    const start = this.#position;
    this.#position = undefined;
    await writeAll(this.file, bytes);
    if (start !== undefined) this.#position = start + bytes.length;
  }

  /** Reads once at an offset; 0 at the end. May wait for a disk. */
  async readAt(buffer: Uint8Array, offset: number): Promise<number> {
    this.#seek(offset);
    const count = await this.file.read(buffer) ?? 0;
    this.#position = offset + count;
    return count;
  }

  /** The same without waiting for another thread. */
  readAtSync(buffer: Uint8Array, offset: number): number {
    this.#seek(offset);
    const count = this.file.readSync(buffer) ?? 0;
    this.#position = offset + count;
    return count;
  }

  close(): void {
    this.file.close();
  }

  #seek(offset: number): void {
    if (offset !== this.#position) this.file.seekSync(offset, Deno.SeekMode.Start);
    this.#position = undefined;
  }
}

/**
 * A file that is being changed, as one answer sends it.
 *
 * @module
 */
import type { BodySource } from "../http/message.ts";
import type { ByteRange } from "../http/ranges.ts";
import type { Clock, FileStat, OpenFile } from "../ports.ts";
import { type Contents, DiskFile } from "./found.ts";
import { FileSource } from "./file_source.ts";
import type { Place } from "./place.ts";

/** A file that has been opened, and is what was opened, whatever has its name by now. Owns the open file. */
export class HeldFile extends DiskFile {
  readonly #file: OpenFile;
  readonly #content: Uint8Array<ArrayBuffer> | undefined;
  readonly #clock: Clock;
  #isTaken = false;

  /**
   * @param place with what is known of the open file
   * @param content all of it, where it is small
   */
  constructor(
    contents: Contents,
    path: string,
    place: Place,
    file: OpenFile,
    content?: Uint8Array<ArrayBuffer>,
  ) {
    super(contents, path, place);
    this.#file = file;
    this.#content = content;
    this.#clock = contents.clock;
  }

  override content(): Uint8Array | undefined {
    return this.#content;
  }

  /** Whoever closes the source closes the file. */
  override open(ranges: readonly ByteRange[]): BodySource {
    this.#isTaken = true;
    return new FileSource(
      this.#content ? fileInMemory(this.#content, this.stat) : this.#file,
      ranges,
      this.#clock,
    );
  }

  /** To be called once the answer is made. */
  close(): void {
    if (!this.#isTaken || this.#content) this.#file.close();
  }
}

/** What was read whole, for whoever reads parts of it. */
export function fileInMemory(content: Uint8Array, stat: FileStat): OpenFile {
  const readAtSync = (buffer: Uint8Array, offset: number): number => {
    const piece = content.subarray(offset, offset + buffer.length);
    buffer.set(piece);
    return piece.length;
  };
  return {
    stat: () => stat,
    readAtSync,
    readAt: (buffer, offset) => Promise.resolve(readAtSync(buffer, offset)),
    close: () => {},
  };
}

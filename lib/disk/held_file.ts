/**
 * A file that is being changed, as one answer sends it.
 *
 * @module
 */
import { BEGINNING } from "../http/media_type.ts";
import type { HeldRepresentation } from "../http/origin.ts";
import type { Clock, FileStat, OpenFile } from "../ports.ts";
import { type Contents, DiskFile } from "./found.ts";
import type { Place } from "./place.ts";

/** A file that has been opened, and is what was opened, whatever has its name by now. */
export class HeldFile extends DiskFile implements HeldRepresentation {
  readonly #held: HeldContents;

  /** @param place with what is known of the open file */
  constructor(held: HeldContents, path: string, place: Place) {
    super(held, path, place);
    this.#held = held;
  }

  close(): void {
    this.#held.close();
  }
}

/** Owns an open file, until somebody takes it. */
export class HeldContents implements Contents {
  readonly clock: Clock;
  readonly #file: OpenFile;
  readonly #content: Uint8Array<ArrayBuffer> | undefined;
  #isTaken = false;

  /** @param content all of it, where it is small */
  constructor(clock: Clock, file: OpenFile, content?: Uint8Array<ArrayBuffer>) {
    this.clock = clock;
    this.#file = file;
    this.#content = content;
  }

  content(): Uint8Array<ArrayBuffer> | undefined {
    return this.#content;
  }

  beginning(): Uint8Array {
    if (this.#content) return this.#content.subarray(0, BEGINNING);
    const beginning = new Uint8Array(BEGINNING);
    return beginning.subarray(0, this.#file.readAtSync(beginning, 0));
  }

  /** It has one answer, which gets one type. */
  hasRested(): boolean {
    return true;
  }

  /** It has one answer. */
  derive(_file: DiskFile, _name: string, make: () => Promise<Uint8Array>): Promise<Uint8Array> {
    return make();
  }

  open(file: DiskFile): OpenFile {
    if (this.#content) return fileInMemory(this.#content, file.stat);
    this.#isTaken = true;
    return this.#file;
  }

  close(): void {
    if (!this.#isTaken) this.#file.close();
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

/** The first bytes of a file: fewer where it ends before. */
export function read(file: OpenFile, size: number): Uint8Array<ArrayBuffer> {
  const content = new Uint8Array(size);
  for (let length = 0; length < size;) {
    const count = file.readAtSync(content.subarray(length), length);
    if (count === 0) return content.slice(0, length);
    length += count;
  }
  return content;
}

/**
 * Files that grow over several requests, over Deno's API. The notes lie beside the file, under its path with `.json`
 * behind it, and are replaced whole: whoever is killed leaves the old ones or the new ones.
 *
 * @module
 */
import { Gatherer } from "../bytes/gatherer.ts";
import { FileError, type FileStat, type PartialFile, type PartialFiles } from "../ports.ts";
import { fileError, forgetStats } from "./files.ts";
import { keepMode, linkNew, statOf } from "./naming.ts";
import { writeAll } from "./positioned_file.ts";

/** Pieces are gathered up to this, in bytes. */
const GATHERED = 64 * 1024;

/** Bytes of notes, at most: nobody of ours writes as many. */
const MOST_NOTES = 64 * 1024;

/** Where the notes of a file are. */
export function notesPath(path: string): string {
  return `${path}.json`;
}

/** Where new notes are until they are whole. */
function newNotesPath(path: string): string {
  return `${notesPath(path)}.new`;
}

/** Those of this machine. */
export const partialFiles: PartialFiles = {
  create(path, notes) {
    forgetStats();
    partialFiles.writeNotes(path, notes);
    try {
      return attempt(path, () => opened(path, { read: true, append: true, createNew: true }));
    } catch (error) {
      partialFiles.remove(path);
      throw error;
    }
  },

  open(path) {
    try {
      // SECURITY: a pipe in its place would hold this thread, but for one who reads and writes.
      return attempt(path, () => opened(path, { read: true, append: true }));
    } catch (error) {
      if (error instanceof FileError && error.problem === "not found") return undefined;
      throw error;
    }
  },

  readNotes(path) {
    const notes = notesPath(path);
    try {
      const { isFile, size } = Deno.lstatSync(notes);
      return isFile && size <= MOST_NOTES ? Deno.readTextFileSync(notes) : undefined;
    } catch (error) {
      const known = fileError(error, notes);
      if (known.problem === "not found") return undefined;
      throw known;
    }
  },

  writeNotes(path, notes) {
    const unfinished = newNotesPath(path);
    attempt(path, () => {
      // SECURITY: never into what somebody has put there.
      removeIfThere(unfinished);
      Deno.writeTextFileSync(unfinished, notes, { createNew: true });
      Deno.renameSync(unfinished, notesPath(path));
    });
  },

  remove(path) {
    forgetStats();
    // The notes last: while they are there, what is left is found.
    attempt(path, () => [path, newNotesPath(path), notesPath(path)].forEach(removeIfThere));
  },
};

function attempt<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw error instanceof FileError ? error : fileError(error, path);
  }
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function opened(path: string, options: Deno.OpenOptions): PartialFile {
  const file = Deno.openSync(path, options);
  try {
    return new OpenPartial(file, path, statOf(file, path));
  } catch (error) {
    file.close();
    throw error;
  }
}

/** Owns the open file, but not what lies on the disk. Everything is written to the file's end. */
class OpenPartial implements PartialFile {
  readonly #gatherer = new Gatherer(GATHERED);
  #open = true;

  constructor(readonly file: Deno.FsFile, readonly path: string, readonly stat: FileStat) {}

  size(): number {
    return this.#attempt(() => this.file.seekSync(0, Deno.SeekMode.End));
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#later(this.#gatherer.add(bytes, this.#write));
  }

  async flush(onDisk: boolean): Promise<void> {
    await this.#later(this.#gatherer.flush(this.#write));
    if (onDisk) await this.#later(this.file.syncData());
  }

  sync(): Promise<void> {
    return this.flush(true);
  }

  setModified(time: number): void {
    this.#attempt(() => Deno.utimeSync(this.path, new Date(time), new Date(time)));
  }

  truncate(size: number): void {
    this.#gatherer.release();
    this.#attempt(() => this.file.truncateSync(size));
  }

  async readAt(buffer: Uint8Array, offset: number): Promise<number> {
    this.#attempt(() => this.file.seekSync(offset, Deno.SeekMode.Start));
    return await this.#later(this.file.read(buffer)) ?? 0;
  }

  end(): void {
    this.#attempt(() => {
      for (let rest = this.#gatherer.held; this.#open && rest.length > 0;) {
        rest = rest.subarray(this.file.writeSync(rest));
      }
    });
    this.discard();
  }

  commit(path: string, replace: boolean): void {
    forgetStats();
    this.end();
    attempt(path, () => {
      if (replace) {
        keepMode(path, this.path);
        Deno.renameSync(this.path, path);
      } else linkNew(this.path, path);
    });
    // A link was made in place of a name that was changed.
    if (!replace) attempt(path, () => removeIfThere(this.path));
  }

  discard(): void {
    if (this.#open) this.file.close();
    this.#open = false;
    this.#gatherer.release();
  }

  readonly #write = (bytes: Uint8Array): Promise<void> => writeAll(this.file, bytes);

  #attempt<T>(act: () => T): T {
    return attempt(this.path, act);
  }

  async #later<T>(doing: Promise<T>): Promise<T> {
    try {
      return await doing;
    } catch (error) {
      throw error instanceof FileError ? error : fileError(error, this.path);
    }
  }
}

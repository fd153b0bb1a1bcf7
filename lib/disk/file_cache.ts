/**
 * What is known of the files on this machine that may be sent. Each is looked at again (one stat) at every request, so
 * a changed file is seen at once; what a look can prove unchanged is not worked out again: containment, fields, and the
 * content of small files. The memory for it is bounded.
 *
 * @module
 */
import { Turns } from "../http/turns.ts";
import { type Clock, FileError, type FileStat, type FileSystem, type OpenFile } from "../ports.ts";
import { type Contents, DiskFile, DiskFolder, isUnchanged } from "./found.ts";
import { locate } from "./place.ts";
import { CHANGED_GRAIN, RACY } from "./times.ts";

/** Contents of larger files are not kept, in bytes. */
const LARGEST_KEPT = 128 * 1024;
const CONTENTS_KEPT = 16 * 1024 * 1024;
const ENTRIES_KEPT = 4096;

/** The files of one thread. */
export class FileCache implements Contents {
  readonly #entries = new Map<string, DiskFile | DiskFolder>();
  /** Bytes. */
  #contents = 0;

  /** For whatever takes long with so many files. */
  readonly turns: Turns;

  constructor(readonly files: FileSystem, readonly clock: Clock) {
    this.turns = new Turns(clock);
  }

  /**
   * What is at a path; undefined if nothing is there, or if it is neither file nor folder, or if links lead it out of
   * its root, or to what is hidden in it.
   *
   * @param path absolute, without a slash at the end
   * @param root the folder (or the file itself) that it must not leave
   * @throws {FileError} if it cannot be looked at; "changed" if it was another meanwhile
   */
  find(path: string, root: string): DiskFile | DiskFolder | undefined {
    const entry = this.#entries.get(path);
    const stat = entry ? this.files.stat(path) : this.files.probe(path);
    if (entry) {
      if (stat && isUnchanged(entry.stat, stat) && entry.root === root) {
        entry.used = true;
        return entry;
      }
      this.#forget(path, entry);
    }
    if (!stat || stat.kind === "other") return undefined;
    // SECURITY: what is remembered is what was seen at the resolved path, never what the look above has seen.
    const place = locate(this, path, root);
    if (!place) return undefined;
    const found = place.stat.kind === "file" ? new DiskFile(this, path, place) : new DiskFolder(path, place);
    this.#entries.set(path, found);
    this.#tidy();
    return found;
  }

  content(file: DiskFile): Uint8Array<ArrayBuffer> | undefined {
    if (file.kept !== undefined) return file.kept;
    return file.size > LARGEST_KEPT ? undefined : this.#load(file);
  }

  open(file: DiskFile): OpenFile {
    const opened = this.#openPlace(file);
    if (opened) {
      try {
        // SECURITY: whatever took its place after the check is not what was checked.
        if (isUnchanged(this.#statOpen(opened, file.place), file.stat)) return opened;
      } catch (error) {
        opened.close();
        throw error;
      }
      opened.close();
    }
    // Its path may lead elsewhere by now, to the same file.
    if (this.#entries.get(file.path) === file) this.#forget(file.path, file);
    throw new FileError("changed", file.path);
  }

  #openPlace(file: DiskFile): OpenFile | undefined {
    try {
      return this.files.openSync(file.place);
    } catch (error) {
      if (error instanceof FileError && error.problem === "not found") return undefined;
      throw error;
    }
  }

  /**
   * Before 2.9 the runtime lets an open file be looked at only where its resolved name may be read. A sandbox that was
   * made before a link to the root was set to another place does not name that one; then what is there now must do.
   */
  #statOpen(file: OpenFile, path: string): FileStat {
    try {
      return file.stat();
    } catch (error) {
      const stat = error instanceof FileError && error.problem === "denied"
        ? this.files.lstat(path)
        : undefined;
      if (!stat) throw error;
      return stat;
    }
  }

  #load(file: DiskFile): Uint8Array<ArrayBuffer> | undefined {
    const opened = this.open(file);
    try {
      const content = new Uint8Array(file.size);
      let length = 0;
      while (length < content.length) {
        const count = opened.readAtSync(content.subarray(length), length);
        if (count === 0) return undefined;
        length += count;
      }
      const age = this.clock.now() - Math.max(file.modified, file.stat.changed + CHANGED_GRAIN);
      // What has been dropped from the cache meanwhile is found anew next time, and would be counted twice.
      if (age > RACY && this.#entries.get(file.path) === file) {
        file.kept = content;
        this.#contents += content.length;
        this.#tidy();
      }
      return content;
    } finally {
      opened.close();
    }
  }

  #forget(path: string, entry: DiskFile | DiskFolder): void {
    this.#contents -= entry.kept?.length ?? 0;
    this.#entries.delete(path);
  }

  /** Drops the oldest entries that were not asked for since it last came by (the clock algorithm). */
  #tidy(): void {
    if (this.#entries.size <= ENTRIES_KEPT && this.#contents <= CONTENTS_KEPT) return;
    for (const [path, entry] of this.#entries) {
      this.#forget(path, entry);
      if (this.#entries.size < ENTRIES_KEPT && this.#contents <= CONTENTS_KEPT) return;
      if (!entry.used) continue;
      entry.used = false;
      this.#contents += entry.kept?.length ?? 0;
      this.#entries.set(path, entry);
    }
  }
}

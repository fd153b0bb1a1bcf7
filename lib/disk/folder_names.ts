/**
 * The names in folders, kept while a look at the folder tells that none has come or gone. What stands at a name is
 * looked at anew each time: a folder does not tell when a file in it grows.
 *
 * @module
 */
import type { Clock, DirectoryEntry, FileStat, FileSystem } from "../ports.ts";
import { isUnchanged } from "./found.ts";
import { isSettled } from "./racy.ts";

/** Names of all folders together. */
const NAMES_KEPT = 100_000;
const FOLDERS_KEPT = 1000;

interface KeptFolder {
  readonly stat: FileStat;
  readonly entries: readonly DirectoryEntry[];
}

/** The folders of one thread. */
export class FolderNames {
  /** The one that was asked for last stands last. */
  readonly #kept = new Map<string, KeptFolder>();
  #count = 0;

  constructor(readonly files: FileSystem, readonly clock: Clock) {}

  /**
   * What is in a folder, in the same order as long as nothing comes or goes.
   *
   * @param path absolute
   * @throws {FileError}
   */
  async of(path: string): Promise<readonly DirectoryEntry[]> {
    const stat = this.files.stat(path), now = this.clock.now();
    const kept = this.#kept.get(path);
    if (kept !== undefined) {
      this.#forget(path, kept);
      if (stat !== undefined && isUnchanged(kept.stat, stat)) return this.#keep(path, kept);
    }
    const entries = await this.files.list(path);
    return stat !== undefined && isSettled(stat, now) ? this.#keep(path, { stat, entries }) : entries;
  }

  #keep(path: string, folder: KeptFolder): readonly DirectoryEntry[] {
    const { entries } = folder;
    // Somebody else may have read it meanwhile.
    const other = this.#kept.get(path);
    if (other !== undefined) this.#forget(path, other);
    if (entries.length > NAMES_KEPT) return entries;
    this.#kept.set(path, folder);
    this.#count += entries.length;
    for (const [oldest, old] of this.#kept) {
      if (this.#count <= NAMES_KEPT && this.#kept.size <= FOLDERS_KEPT) break;
      this.#forget(oldest, old);
    }
    return entries;
  }

  #forget(path: string, { entries }: KeptFolder): void {
    this.#kept.delete(path);
    this.#count -= entries.length;
  }
}

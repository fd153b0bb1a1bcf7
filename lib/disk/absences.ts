/**
 * Files that do not lie beside others. A folder's times tell whether a name has come since it was looked at, so that one
 * look at the folder, which the requests for all of its files share, does for many names that are not there.
 *
 * @module
 */
import { type Clock, FileError, type FileStat, type FileSystem } from "../ports.ts";
import { type DiskFile, isUnchanged } from "./found.ts";
import { CHANGED_GRAIN, RACY } from "./times.ts";

/** Some file systems (FAT, FUSE, /proc) do not tell when a name comes: nothing is believed for longer, in milliseconds. */
const BELIEVED = 1000;

/** What a folder did not have when it was like this. */
interface Absence {
  readonly path: string;
  readonly folder: FileStat;
  /** On the monotonic clock. */
  readonly since: number;
  /** What the missing names have behind the file's own. Nothing, where a change of the folder might not be seen. */
  readonly endings: Set<string> | undefined;
}

/** What looking needs. */
interface Ports {
  readonly files: FileSystem;
  readonly clock: Pick<Clock, "now" | "monotonic">;
}

/** PERF: nearly no file has another one beside it, and several looks at nothing cost as much as all of a small answer. */
export class Absences {
  readonly #known = new WeakMap<DiskFile, Absence>();

  constructor(readonly ports: Ports) {}

  /** Endings with which nothing has a file's name, as far as is known; undefined where each has to be looked for. */
  of(file: DiskFile): ReadonlySet<string> | undefined {
    return this.#endingsOf(file);
  }

  /** What looking finds at a file's path with an ending, which is remembered if it is nothing. @throws as looking does */
  find<T>(file: DiskFile, ending: string, look: (path: string) => T | undefined): T | undefined {
    const endings = this.#endingsOf(file);
    if (endings?.has(ending)) return undefined;
    const path = file.path + ending, found = look(path);
    // What a link leads to may come while its folder stays as it is.
    if (found === undefined && endings !== undefined && this.#isMissing(path)) endings.add(ending);
    return found;
  }

  #endingsOf(file: DiskFile): Set<string> | undefined {
    const known = this.#known.get(file), path = known?.path ?? folderOf(file.path);
    const folder = this.#lookAt(path);
    if (folder === undefined) return undefined;
    const { clock } = this.ports, since = clock.monotonic();
    // What was younger then may have rested since.
    if (known?.endings !== undefined && isUnchanged(known.folder, folder) && since - known.since < BELIEVED) {
      return known.endings;
    }
    const { modified, changed } = folder;
    const hasRested = changed > 0 && clock.now() - Math.max(modified, changed + CHANGED_GRAIN) > RACY;
    const endings = hasRested ? new Set<string>() : undefined;
    this.#known.set(file, { path, folder, since, endings });
    return endings;
  }

  #lookAt(folder: string): FileStat | undefined {
    try {
      return this.ports.files.stat(folder);
    } catch (error) {
      // A sandbox need not name the folder of a root that is one file.
      if (error instanceof FileError) return undefined;
      throw error;
    }
  }

  #isMissing(path: string): boolean {
    try {
      return this.ports.files.lstat(path) === undefined;
    } catch (error) {
      if (error instanceof FileError) return false;
      throw error;
    }
  }
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

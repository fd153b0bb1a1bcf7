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
  readonly folder: FileStat;
  /** On the monotonic clock. */
  readonly since: number;
  /** What the missing names have behind the file's own. */
  readonly endings: Set<string>;
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

  /**
   * What looking finds under a file's path with an ending; not looked for where it is known not to be there.
   *
   * @throws {FileError} as looking does
   */
  find<T>(file: DiskFile, ending: string, look: (path: string) => T | undefined): T | undefined {
    const absence = this.#absenceOf(file);
    if (absence?.endings.has(ending)) return undefined;
    const path = file.path + ending, found = look(path);
    // What a link leads to may come while its folder stays as it is.
    if (found === undefined && absence !== undefined && this.#isMissing(path)) absence.endings.add(ending);
    return found;
  }

  /** What holds of its folder as it is now; undefined where a change of that might not be seen. */
  #absenceOf(file: DiskFile): Absence | undefined {
    const folder = this.#folderOf(file);
    if (folder === undefined) return undefined;
    const known = this.#known.get(file), { clock } = this.ports, since = clock.monotonic();
    if (known !== undefined && isUnchanged(known.folder, folder) && since - known.since < BELIEVED) {
      return known;
    }
    const { modified, changed } = folder;
    const hasRested = changed > 0 && clock.now() - Math.max(modified, changed + CHANGED_GRAIN) > RACY;
    const absence = hasRested ? { folder, since, endings: new Set<string>() } : undefined;
    if (absence === undefined) this.#known.delete(file);
    else this.#known.set(file, absence);
    return absence;
  }

  #folderOf({ path }: DiskFile): FileStat | undefined {
    try {
      return this.ports.files.stat(path.slice(0, path.lastIndexOf("/")) || "/");
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

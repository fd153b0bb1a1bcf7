/**
 * A folder, or one file, of this machine as an origin.
 *
 * @module
 */
import type { FolderEntry, Origin } from "../http/origin.ts";
import type { Turn } from "../http/turns.ts";
import { type DirectoryEntry, FileError, type FileStat } from "../ports.ts";
import type { FileCache } from "./file_cache.ts";
import type { DiskFile, DiskFolder } from "./found.ts";
import type { HeldFile } from "./held_file.ts";
import { isListed, isWithheld, joinPath, listedAt, locate, NO_FOLDERS, type Place } from "./place.ts";
import type { Refusal } from "./refused.ts";

/** One row of a folder's listing, with what was seen there. */
export interface DiskEntry extends FolderEntry {
  /** Of what a link leads to. */
  readonly stat: FileStat;
}

/** What lies below a folder, or is the one file. Whatever is found in it is on this machine. */
export class DiskOrigin implements Origin {
  /**
   * @param root absolute, without a slash at the end but for the system's root
   * @param linksTo folders outside of it that links may lead to, written in the same way
   */
  constructor(readonly cache: FileCache, readonly root: string, readonly linksTo = NO_FOLDERS) {}

  find(path: string): DiskFile | DiskFolder | undefined {
    return this.cache.find(joinPath(this.root, path), this.root, this.linksTo);
  }

  /** Endings with which nothing is at the path of a file of this origin, as far as is known. */
  absentBeside(file: DiskFile): ReadonlySet<string> | undefined {
    return this.cache.absences.of(file);
  }

  /**
   * What is at the path of a file of this origin with an ending.
   *
   * SECURITY: a link there shows no file under a name that says of itself that it is another kind, such as a program's, and
   * none that lies elsewhere than the file.
   *
   * @throws {FileError}
   */
  findBeside(file: DiskFile, ending: string): DiskFile | DiskFolder | undefined {
    const { cache, root, linksTo } = this;
    const found = cache.absences.find(file, ending, (path) => cache.find(path, root, linksTo));
    if (found?.kind !== "file") return found;
    const { linkedName } = found, isAnother = linkedName?.includes(".") && !linkedName.endsWith(ending);
    return isAnother || found.isOutside !== file.isOutside ? undefined : found;
  }

  hold(path: string): HeldFile | DiskFolder | undefined {
    return this.cache.hold(joinPath(this.root, path), this.root, this.linksTo);
  }

  /** Why find() has just now given nothing for a path, if links lead it, or what is above it, to what may not be sent. */
  whyRefused(path: string): Refusal | undefined {
    return this.cache.whyRefused(joinPath(this.root, path), this.root, this.linksTo);
  }

  /** Only what a request would get: no link that leads out of the root, nothing but files and folders. */
  async list(path: string, accepts: (name: string, isFile: boolean) => boolean): Promise<DiskEntry[]> {
    const { files, turns, withheld } = this.cache;
    const folder = locate(this.cache, joinPath(this.root, path), this.root, this.linksTo);
    if (folder?.stat.kind !== "directory") return [];
    const entries: DiskEntry[] = [];
    const all = await files.list(folder.path), turn = turns.begin();
    for (const found of all) {
      if (turn.isOver()) await turn.next();
      if (
        !accepts(found.name, found.isFile === true) ||
        isWithheld(files, joinPath(folder.realPath, `/${found.name}`), withheld)
      ) continue;
      try {
        const entry = this.#describe(folder, found);
        if (entry) entries.push(entry);
      } catch (error) {
        // One that may not be looked at (a link into a locked folder) is no reason to hide all the others.
        if (!(error instanceof FileError)) throw error;
      }
    }
    return isListed(this.cache, folder) ? entries : await this.#listAgain(folder, entries, turn);
  }

  /** SECURITY: another folder may have been in its place, with the names and sizes that were seen: each is looked at. */
  async #listAgain(folder: Place, entries: readonly DiskEntry[], turn: Turn): Promise<DiskEntry[]> {
    const sure: DiskEntry[] = [];
    for (const entry of entries) {
      if (turn.isOver()) await turn.next();
      const stat = listedAt(this.cache, folder, entry.name);
      // What a link leads to was located by itself.
      const now = stat?.kind === "other" ? entry : stat && describe(entry.name, stat);
      if (now) sure.push(now);
    }
    return sure;
  }

  #describe({ path: folder }: Place, { name, link }: DirectoryEntry): DiskEntry | undefined {
    const path = joinPath(folder, `/${name}`);
    if (!link) {
      const stat = this.cache.files.lstat(path);
      return stat && describe(name, stat);
    }
    const stat = locate(this.cache, path, this.root, this.linksTo)?.stat,
      entry = stat && describe(name, stat);
    return entry && { ...entry, isLink: true };
  }
}

function describe(name: string, stat: FileStat): DiskEntry | undefined {
  const { kind, size, modified } = stat;
  return kind === "other" ? undefined : { name, kind, size: kind === "file" ? size : 0, modified, stat };
}

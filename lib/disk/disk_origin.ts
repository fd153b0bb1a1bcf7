/**
 * A folder, or one file, of this machine as an origin.
 *
 * @module
 */
import { isContained } from "../http/containment.ts";
import type { FolderEntry, Origin } from "../http/origin.ts";
import { type DirectoryEntry, FileError } from "../ports.ts";
import type { FileCache } from "./file_cache.ts";
import type { DiskFile, DiskFolder } from "./found.ts";

/** The path of something in a folder, whose own path may be the system's root. */
export function joinPath(folder: string, name: string): string {
  return folder === "/" ? name || "/" : folder + name;
}

/** What lies below a folder, or is the one file. Whatever is found in it is on this machine. */
export class DiskOrigin implements Origin {
  /** @param root absolute, without a slash at the end but for the system's root */
  constructor(readonly cache: FileCache, readonly root: string) {}

  find(path: string): DiskFile | DiskFolder | undefined {
    return this.cache.find(joinPath(this.root, path), this.root);
  }

  /** Only what a request would get: no link that leads out of the root, nothing but files and folders. */
  async list(path: string, accepts: (name: string) => boolean): Promise<FolderEntry[]> {
    const { files, turns } = this.cache;
    const folder = joinPath(this.root, path);
    const realRoot = files.realPath(this.root);
    if (realRoot === undefined) return [];
    const entries: FolderEntry[] = [];
    const all = await files.list(folder), turn = turns.begin();
    for (const found of all) {
      if (turn.isOver()) await turn.next();
      if (!accepts(found.name)) continue;
      try {
        const entry = this.#describe(folder, found, realRoot);
        if (entry) entries.push(entry);
      } catch (error) {
        // One that may not be looked at (a link into a locked folder) is no reason to hide all the others.
        if (!(error instanceof FileError)) throw error;
      }
    }
    return entries;
  }

  #describe(folder: string, { name, link }: DirectoryEntry, realRoot: string): FolderEntry | undefined {
    const { files } = this.cache;
    const path = joinPath(folder, `/${name}`);
    if (link) {
      const realPath = files.realPath(path);
      if (realPath === undefined || !isContained(realPath, realRoot)) return undefined;
    }
    const stat = files.stat(path);
    if (!stat || stat.kind === "other") return undefined;
    return { name, kind: stat.kind, size: stat.kind === "file" ? stat.size : 0, modified: stat.modified };
  }
}

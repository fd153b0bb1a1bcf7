/**
 * Files over Deno's API.
 *
 * @module
 */
import { closeSync, constants, existsSync, fstatSync, openSync, read, readSync, type Stats } from "node:fs";
import { setImmediate } from "node:timers";
import { type DirectoryEntry, FileError, type FileStat, type FileSystem, type OpenFile } from "../ports.ts";
import { diskNamesOf, resolvedFormOf } from "../http/disk_names.ts";
import { SYSTEM } from "./system.ts";
import { fileProblemOf } from "./file_problems.ts";
import { isProgramOfWindows } from "./find_program.ts";
import { SharedStats } from "./shared_stats.ts";

/** After so many entries of a folder, about 2 ms, others have their turn. */
const ENTRIES_PER_TURN = 1000;

/** The file system of this machine. */
export const fileSystem: FileSystem = {
  names: diskNamesOf(SYSTEM),

  stat(path) {
    return stats.at(path, statOrMissing);
  },

  probe(path) {
    return stats.at(path, probeThenStat);
  },

  lstat(path) {
    return unlessMissing(path, () => toStat(Deno.lstatSync(path), path));
  },

  realPath(path) {
    return unlessMissing(path, () => resolvedForm(Deno.realPathSync(path)));
  },

  openSync(path) {
    // Whoever finds another file than was looked at will look again.
    stats.forget();
    return guarded(path, () => new File(path, openSync(path, READ_ONLY)));
  },

  async list(path) {
    try {
      const entries: DirectoryEntry[] = [];
      for await (const { name, isSymlink, isFile } of Deno.readDir(path)) {
        entries.push({ name, link: isSymlink, isFile });
        // The runtime reads them all at once and then gives one out after another, without a pause.
        if (entries.length % ENTRIES_PER_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      return entries;
    } catch (error) {
      throw fileError(error, path);
    }
  },
};

/**
 * SECURITY: a pipe without a writer would hold the thread for ever, and the runtime's own call has no such flags. What
 * was opened is looked at before it is read, and reading a file does not change with them.
 */
const READ_ONLY = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

const resolvedForm = resolvedFormOf(SYSTEM);

/** Shared by all requests of this thread. */
const stats = new SharedStats<FileStat | undefined>();

/** For whoever changes files: what was seen before does not hold any more. */
export function forgetStats(): void {
  stats.forget();
}

function statOrMissing(path: string): FileStat | undefined {
  return unlessMissing(path, () => toStat(Deno.statSync(path), path));
}

// PERF: a thrown NotFound costs many times what this probe does.
function probeThenStat(path: string): FileStat | undefined {
  return guarded(path, () => existsSync(path)) ? statOrMissing(path) : undefined;
}

class File implements OpenFile {
  #isOpen = true;

  constructor(readonly path: string, readonly descriptor: number) {}

  stat(): FileStat {
    return guarded(this.path, () => toStat(infoOf(fstatSync(this.descriptor)), this.path));
  }

  readAt(buffer: Uint8Array, offset: number): Promise<number> {
    return new Promise((resolve, reject) => {
      read(this.descriptor, buffer, 0, buffer.length, offset, (error, count) => {
        if (error) reject(fileError(error, this.path));
        else resolve(count!);
      });
    });
  }

  readAtSync(buffer: Uint8Array, offset: number): number {
    return guarded(this.path, () => readSync(this.descriptor, buffer, 0, buffer.length, offset));
  }

  close(): void {
    // SECURITY: the number may be another file's by now.
    if (this.#isOpen) closeSync(this.descriptor);
    this.#isOpen = false;
  }
}

/** What the runtime tells of a file, by either of its names. */
type FileInfo = Pick<
  Deno.FileInfo,
  "isFile" | "isDirectory" | "size" | "mtime" | "ctime" | "dev" | "ino" | "mode"
>;

function infoOf(stats: Stats): FileInfo {
  const { size, mtime, ctime, dev, ino, mode } = stats;
  return { isFile: stats.isFile(), isDirectory: stats.isDirectory(), size, mtime, ctime, dev, ino, mode };
}

/**
 * What the runtime tells, in our words. Of a file on Windows it does not tell the same by its path and by its descriptor,
 * and of neither whether it is a program: its name does.
 */
export function toStat(info: FileInfo, path: string, system = SYSTEM): FileStat {
  return {
    kind: info.isFile ? "file" : info.isDirectory ? "directory" : "other",
    size: info.size,
    modified: timeOf(info.mtime),
    changed: timeOf(info.ctime),
    device: info.dev,
    inode: info.ino ?? 0,
    executable: system === "windows"
      ? isProgramOfWindows(path)
      : info.mode === null || (info.mode & 0o111) !== 0,
  };
}

/** Some file systems have no times, and some have files from beyond what a Date can hold. */
function timeOf(date: Date | null): number {
  return date?.getTime() || 0;
}

function guarded<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw fileError(error, path);
  }
}

function unlessMissing<T>(path: string, act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    const known = fileError(error, path);
    if (known.problem === "not found") return undefined;
    throw known;
  }
}

/** The one place where the system's errors about files get a meaning. */
export function fileError(error: unknown, path: string): FileError {
  if (error instanceof FileError) return error;
  return new FileError(fileProblemOf(error, SYSTEM), path, { cause: error });
}

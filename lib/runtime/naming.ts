/**
 * How files that are whole get their names over Deno's API, and what it takes where a file system cannot do it at once.
 *
 * @module
 */
import { FileError, type FileStat } from "../ports.ts";
import { isAcrossDisks } from "./file_problems.ts";
import { SYSTEM } from "./system.ts";
import { fileError, fileSystem, toStat } from "./files.ts";

/** The sandbox may not let an open file be looked at (see FileCache): its name is no other file's. */
export function statOf(file: Deno.FsFile, path: string): FileStat {
  const stat = tryOr(undefined, () => toStat(file.statSync(), path)) ?? fileSystem.lstat(path);
  if (!stat) throw new FileError("changed", path);
  return stat;
}

/** A file that is replaced keeps who may read it. */
export function keepMode(replaced: string, by: string): void {
  if (SYSTEM === "windows") return;
  try {
    const { mode, isFile } = Deno.lstatSync(replaced);
    if (isFile && mode !== null) Deno.chmodSync(by, mode & 0o777);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/**
 * Gives a file a second name: a hard link fails where a name exists, which no rename does.
 *
 * @returns "renamed" on file systems without hard links
 * @throws the system's error
 */
export function linkNew(from: string, to: string): "linked" | "renamed" {
  try {
    Deno.linkSync(from, to);
    return "linked";
  } catch (error) {
    const { problem } = fileError(error, to);
    if ((problem !== "denied" && problem !== "failed") || isElsewhere(error)) throw error;
    // No hard links here (FAT, some network drives): the name is taken first, and is empty for a moment.
    Deno.openSync(to, { write: true, createNew: true }).close();
    try {
      Deno.renameSync(from, to);
    } catch (renaming) {
      tryOr(undefined, () => Deno.removeSync(to));
      throw renaming;
    }
    return "renamed";
  }
}

/** The other name would be on another file system. */
export function isElsewhere(error: unknown): boolean {
  return isAcrossDisks(error, SYSTEM);
}

/** For what not every file system, or every version of the runtime, can do. */
export function tryOr<T>(otherwise: T, act: () => T): T {
  try {
    return act();
  } catch {
    return otherwise;
  }
}

/**
 * New names for files and folders over Deno's API, which knows one call only: a rename that replaces what is there.
 *
 * @module
 */
import { FileError } from "../ports.ts";
import { fileError } from "./files.ts";

/** Renames; a file that is there is replaced. @throws the system's error */
export function renameOver(from: string, to: string): void {
  const isOne = isSameFile(from, to);
  Deno.renameSync(from, to);
  // Of two names of one file (hard links) the system has kept both.
  if (isOne && from !== to && isSameFile(from, to) && !isInAnotherCase(from, to)) Deno.removeSync(from);
}

/**
 * Renames to a name that nothing has.
 *
 * A folder's new name is looked at before that: a rename replaces no folder but an empty one, and no file by a folder.
 *
 * @throws {FileError} "exists" for a folder
 * @throws the system's error, which may be the same
 */
export function renameNew(from: string, to: string): void {
  // On a file system where both are one name.
  if (isInAnotherCase(from, to) && isSameFile(from, to)) return Deno.renameSync(from, to);
  if (Deno.lstatSync(from).isDirectory) {
    if (isThere(to)) throw new FileError("exists", to);
    return Deno.renameSync(from, to);
  }
  if (linkNew(from, to) === "renamed") return;
  try {
    Deno.removeSync(from);
  } catch (error) {
    Deno.removeSync(to);
    throw error;
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
      Deno.removeSync(to);
      throw renaming;
    }
    return "renamed";
  }
}

/** The other name would be on another file system. */
export function isElsewhere(error: unknown): boolean {
  return (error as { code?: unknown } | undefined)?.code === "EXDEV";
}

function isInAnotherCase(from: string, to: string): boolean {
  return from !== to && from.toLowerCase() === to.toLowerCase();
}

function isSameFile(from: string, to: string): boolean {
  if (!isThere(to)) return false;
  const one = Deno.lstatSync(from), other = Deno.lstatSync(to);
  return one.ino !== null && one.ino === other.ino && one.dev === other.dev;
}

function isThere(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

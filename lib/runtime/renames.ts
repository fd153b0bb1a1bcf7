/**
 * New names for files and folders over Deno's API, which knows one call only: a rename that replaces what is there.
 *
 * @module
 */
import { FileError } from "../ports.ts";
import { linkNew } from "./naming.ts";
import { despiteOthers } from "./despite_others.ts";

/** Renames; a file that is there is replaced. @throws the system's error */
export function renameOver(from: string, to: string): void {
  const isOne = isSameFile(from, to);
  despiteOthers(() => Deno.renameSync(from, to));
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
  if (isInAnotherCase(from, to) && isSameFile(from, to)) {
    return despiteOthers(() => Deno.renameSync(from, to));
  }
  if (Deno.lstatSync(from).isDirectory) {
    if (isThere(to)) throw new FileError("exists", to);
    return despiteOthers(() => Deno.renameSync(from, to));
  }
  if (linkNew(from, to) === "renamed") return;
  try {
    Deno.removeSync(from);
  } catch (error) {
    Deno.removeSync(to);
    throw error;
  }
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

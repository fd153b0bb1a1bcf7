/**
 * Folders of this user alone that lie where everybody may write, and where what is old is cleaned away: such a folder is
 * looked at before it is used, and made when it is not there.
 *
 * @module
 */
import { join, resolve } from "@std/path";
import { FileError } from "../ports.ts";
import { fileError } from "./files.ts";
import { SYSTEM } from "./system.ts";

/** A folder, and whose it is to be. */
export interface OwnFolder {
  /** Absolute. */
  readonly path: string;
  /** Undefined where users have no number, or it may not be known. */
  readonly user: number | undefined;
}

/** What to do about such a folder. */
export const OWN_FOLDER_ADVICE = `set ${
  SYSTEM === "windows" ? "TEMP" : "TMPDIR"
} to a folder that can be written`;

/**
 * The folder of a user, with his number in its name: where it lies others have theirs.
 *
 * @param temporary the folder for what is temporary; empty or undefined: the system's
 */
export function ownFolder(name: string, temporary: string | undefined, user: number | undefined): OwnFolder {
  return { path: join(resolve(temporary || "/tmp"), user === undefined ? name : `${name}-${user}`), user };
}

/**
 * SECURITY: a folder, or a link to one, that another user has laid there would give him what is put into it. What has
 * once been found to be ours nobody else can replace where the folder above is sticky, as those for temporary files are.
 *
 * @param purpose `for` and what it is for, for the error's text
 * @throws {FileError}
 */
export function ensureOwnFolder(folder: OwnFolder, purpose: string): void {
  const wrong = wrongWith(lookAt(folder, purpose) ?? make(folder, purpose), folder);
  if (wrong !== undefined) throw problem(folder, purpose, `${wrong}: remove it, or ${OWN_FOLDER_ADVICE}`);
}

/** Why what is there cannot be the folder; undefined if it can. */
export function wrongWith(
  { isDirectory, uid, mode }: Deno.FileInfo,
  { user }: OwnFolder,
): string | undefined {
  if (!isDirectory) return "it is no folder";
  if (user !== undefined && uid !== user) return "it belongs to another user";
  if (user !== undefined && mode !== null && (mode & 0o077) !== 0) {
    return "others may use it (its mode is to be 0700)";
  }
  return undefined;
}

/** Undefined where nothing is. @throws {FileError} */
export function lookAt(folder: OwnFolder, purpose: string): Deno.FileInfo | undefined {
  try {
    return Deno.lstatSync(folder.path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw problem(folder, purpose, `it cannot be looked at (${textOf(error)}): ${OWN_FOLDER_ADVICE}`, error);
  }
}

function make(folder: OwnFolder, purpose: string): Deno.FileInfo {
  const { path } = folder;
  try {
    Deno.mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Another thread may have been faster; whoever it was, the folder is looked at.
    if (!(error instanceof Deno.errors.AlreadyExists)) {
      if (fileError(error, path).problem === "full") throw fileError(error, path);
      throw problem(folder, purpose, `it cannot be made (${textOf(error)}): ${OWN_FOLDER_ADVICE}`, error);
    }
  }
  const made = lookAt(folder, purpose);
  if (made !== undefined) return made;
  throw problem(folder, purpose, `it is gone as soon as it is made: ${OWN_FOLDER_ADVICE}`);
}

/** The folder is nothing that a client asked for: it is our fault, whatever is wrong with it. */
function problem({ path }: OwnFolder, purpose: string, why: string, cause?: unknown): FileError {
  return new FileError("failed", path, { cause: new Error(`${purpose}; ${why}`, { cause }) });
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

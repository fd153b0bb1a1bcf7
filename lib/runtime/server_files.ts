/**
 * Files in this user's own folder that tell of the servers which run: each has one, by its process. SECURITY: what opens
 * their inspectors stands in them, so nobody else may read them.
 *
 * @module
 */
import { join } from "@std/path";
import { FileError } from "../ports.ts";
import { fileError } from "./files.ts";
import { ensureOwnFolder, type OwnFolder } from "./own_folder.ts";
import { despiteOthers } from "./despite_others.ts";

const NAME = /^([1-9][0-9]{0,9})\.json$/;

/** Files that are looked at, and bytes of each, at most. */
const MOST_FILES = 1000, LARGEST = 64 * 1024;

/** What one server says of itself. */
export interface ServerFile {
  readonly pid: number;
  readonly text: string;
}

/** The folder for them, below the user's folder for data. */
export function serversFolder(dataFolder: string): string {
  return join(dataFolder, "servers");
}

/** The files of all servers of a user. */
export class ServerFiles {
  constructor(readonly folder: OwnFolder) {}

  /** Says something of a server; whoever reads it finds all of it or nothing. @throws {FileError} */
  write(pid: number, text: string): void {
    const path = this.#pathOf(pid), unfinished = join(this.folder.path, `.${pid}.new`);
    try {
      Deno.mkdirSync(this.folder.path, { recursive: true, mode: 0o700 });
      ensureOwnFolder(this.folder, "the folder for what tells of running servers");
      remove(unfinished);
      Deno.writeTextFileSync(unfinished, text, { createNew: true, mode: 0o600 });
      despiteOthers(() => Deno.renameSync(unfinished, path));
    } catch (error) {
      remove(unfinished);
      throw error instanceof FileError ? error : fileError(error, path);
    }
  }

  /** Never throws. */
  remove(pid: number): void {
    remove(this.#pathOf(pid));
  }

  /** All that there are; none where there is no folder. @throws {FileError} */
  list(): ServerFile[] {
    const found: ServerFile[] = [];
    try {
      for (const { name } of Deno.readDirSync(this.folder.path)) {
        const pid = NAME.exec(name)?.[1];
        const text = pid === undefined ? undefined : readIfThere(join(this.folder.path, name));
        if (text !== undefined) found.push({ pid: Number(pid), text });
        if (found.length >= MOST_FILES) break;
      }
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return [];
      throw fileError(error, this.folder.path);
    }
    return found.sort((a, b) => a.pid - b.pid);
  }

  #pathOf(pid: number): string {
    return join(this.folder.path, `${pid}.json`);
  }
}

/** Undefined where it is gone meanwhile, or none of ours. */
function readIfThere(path: string): string | undefined {
  try {
    const { isFile, size } = Deno.lstatSync(path);
    return isFile && size <= LARGEST ? Deno.readTextFileSync(path) : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function remove(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // It is not there, or its folder is not: then nothing is left to remove.
  }
}

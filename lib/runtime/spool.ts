/**
 * Files without a name, for what is too large for memory, in a folder of this user alone, which is looked at before each
 * file.
 *
 * @module
 */
import { accessSync, constants } from "node:fs";
import { dirname, join } from "@std/path";
import { FileError, type Spooler, type SpoolFile } from "../ports.ts";
import { fileError } from "./files.ts";
import {
  ensureOwnFolder,
  lookAt,
  OWN_FOLDER_ADVICE as ADVICE,
  type OwnFolder,
  ownFolder,
  wrongWith,
} from "./own_folder.ts";
import { PositionedFile } from "./positioned_file.ts";
import { SYSTEM } from "./system.ts";

/** Where spool files are made. */
export type SpoolFolder = OwnFolder;

const PURPOSE = "for large bodies";
const CONSEQUENCE = "large chunked bodies for programs will be answered 500";

/** That of a user. @param temporary the folder for what is temporary; empty or undefined: the system's */
export function spoolFolder(temporary: string | undefined, user: number | undefined): SpoolFolder {
  return ownFolder("webserv-spool", temporary, user);
}

/**
 * For a start: why there will be no folder, and what to do; undefined if there can be, or if we may not look. Where only
 * a trial tells, the folder is made.
 */
export function spoolProblem(folder: SpoolFolder): string | undefined {
  const { path } = folder;
  const found = lookIfAllowed(folder), parent = dirname(path);
  if (found !== undefined) {
    const wrong = wrongWith(found, folder);
    return wrong && `${path}: ${wrong}, and ${CONSEQUENCE}: remove it, or ${ADVICE}`;
  }
  if (!isGranted({ name: "read", path: parent })) return undefined;
  const cannot = (why: string) => `${parent} ${why}, and ${CONSEQUENCE}: ${ADVICE}`;
  try {
    accessSync(parent, constants.W_OK | constants.X_OK);
  } catch (error) {
    const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
    return cannot(isMissing ? "does not exist" : "cannot be written");
  }
  // The runtime goes by the mode, which says nothing of a file system that is read-only.
  if (!isGranted({ name: "write", path })) return undefined;
  try {
    ensureOwnFolder(folder, PURPOSE);
    return undefined;
  } catch (error) {
    if (error instanceof FileError) return cannot("cannot be written");
    throw error;
  }
}

function isGranted(permission: Deno.PermissionDescriptor): boolean {
  return Deno.permissions.querySync(permission).state === "granted";
}

function lookIfAllowed(folder: SpoolFolder): Deno.FileInfo | undefined {
  if (!isGranted({ name: "read", path: folder.path })) return undefined;
  try {
    return lookAt(folder, PURPOSE);
  } catch (error) {
    if (error instanceof FileError) return undefined;
    throw error;
  }
}

/** Makes spool files in a folder. */
export function spooler(folder: SpoolFolder, os = SYSTEM): Spooler {
  return {
    create() {
      ensureOwnFolder(folder, PURPOSE);
      const path = join(folder.path, `webserv-${crypto.randomUUID()}`);
      try {
        return new Spool(
          Deno.openSync(path, { read: true, write: true, createNew: true, mode: 0o600 }),
          path,
          os !== "windows",
        );
      } catch (error) {
        throw fileError(error, path);
      }
    },
  };
}

class Spool implements SpoolFile {
  readonly #file: PositionedFile;

  /** @param hasNoName an open file needs none */
  constructor(file: Deno.FsFile, readonly path: string, readonly hasNoName: boolean) {
    this.#file = new PositionedFile(file);
    // Without a name nothing of it is left, whatever happens to this program. Windows keeps it until close().
    if (hasNoName) Deno.removeSync(path);
  }

  async write(bytes: Uint8Array): Promise<void> {
    try {
      await this.#file.write(bytes);
    } catch (error) {
      throw fileError(error, this.path);
    }
  }

  async readAt(buffer: Uint8Array, offset: number): Promise<number> {
    try {
      return await this.#file.readAt(buffer, offset);
    } catch (error) {
      throw fileError(error, this.path);
    }
  }

  close(): void {
    this.#file.close();
    if (!this.hasNoName) Deno.removeSync(this.path);
  }
}

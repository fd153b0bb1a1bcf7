/**
 * Files without a name, for what is too large for memory, in a folder of this user alone. It lies where everybody may
 * write and where what is old is cleaned away: so it is looked at before each file, and made when it is not there.
 *
 * @module
 */
import { accessSync, constants } from "node:fs";
import { dirname, join, resolve } from "@std/path";
import { FileError, type Spooler, type SpoolFile } from "../ports.ts";
import { fileError } from "./files.ts";
import { PositionedFile } from "./positioned_file.ts";

/** Where spool files are made. */
export interface SpoolFolder {
  /** Absolute. */
  readonly path: string;
  /** Whose it is to be; undefined where users have no number, or it may not be known. */
  readonly user: number | undefined;
}

const ADVICE = "set TMPDIR to a folder that can be written";
const CONSEQUENCE = "large chunked bodies for programs will be answered 500";

/**
 * The folder of a user, with his number in its name: where it lies others have theirs.
 *
 * @param temporary the folder for what is temporary; empty or undefined: the system's
 */
export function spoolFolder(temporary: string | undefined, user: number | undefined): SpoolFolder {
  const name = user === undefined ? "webserv-spool" : `webserv-spool-${user}`;
  return { path: join(resolve(temporary || "/tmp"), name), user };
}

/** For a start: why there will be no folder, and what to do; undefined if there can be, or if we may not look. */
export function spoolProblem(folder: SpoolFolder): string | undefined {
  const { path } = folder;
  const found = lookIfAllowed(path), parent = dirname(path);
  if (found !== undefined) {
    const wrong = wrongWith(found, folder);
    return wrong && `${path}: ${wrong}, and ${CONSEQUENCE}: remove it, or ${ADVICE}`;
  }
  if (Deno.permissions.querySync({ name: "read", path: parent }).state !== "granted") return undefined;
  try {
    accessSync(parent, constants.W_OK | constants.X_OK);
  } catch (error) {
    const why = error instanceof Error && "code" in error && error.code === "ENOENT"
      ? "does not exist"
      : "cannot be written";
    return `${parent} ${why}, and ${CONSEQUENCE}: ${ADVICE}`;
  }
  return undefined;
}

function lookIfAllowed(path: string): Deno.FileInfo | undefined {
  if (Deno.permissions.querySync({ name: "read", path }).state !== "granted") return undefined;
  try {
    return lookAt(path);
  } catch (error) {
    if (error instanceof FileError) return undefined;
    throw error;
  }
}

/** Makes spool files in a folder. */
export function spooler(folder: SpoolFolder): Spooler {
  return {
    create() {
      ensureOwnFolder(folder);
      const path = join(folder.path, `webserv-${crypto.randomUUID()}`);
      try {
        return new Spool(
          Deno.openSync(path, { read: true, write: true, createNew: true, mode: 0o600 }),
          path,
        );
      } catch (error) {
        throw fileError(error, path);
      }
    },
  };
}

/**
 * SECURITY: a folder, or a link to one, that another user has laid there would give him the bodies. What has once been
 * found to be ours nobody else can replace where the folder above is sticky, as those for temporary files are.
 *
 * @throws {FileError}
 */
function ensureOwnFolder(folder: SpoolFolder): void {
  const { path } = folder;
  const wrong = wrongWith(lookAt(path) ?? make(path), folder);
  if (wrong !== undefined) throw problem(path, `${wrong}: remove it, or ${ADVICE}`);
}

function wrongWith({ isDirectory, uid, mode }: Deno.FileInfo, { user }: SpoolFolder): string | undefined {
  if (!isDirectory) return "it is no folder";
  if (user !== undefined && uid !== user) return "it belongs to another user";
  if (user !== undefined && mode !== null && (mode & 0o077) !== 0) {
    return "others may use it (its mode is to be 0700)";
  }
  return undefined;
}

function lookAt(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.lstatSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw problem(path, `it cannot be looked at (${textOf(error)}): ${ADVICE}`, error);
  }
}

function make(path: string): Deno.FileInfo {
  try {
    Deno.mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Another thread may have been faster; whoever it was, the folder is looked at.
    if (!(error instanceof Deno.errors.AlreadyExists)) {
      if (fileError(error, path).problem === "full") throw fileError(error, path);
      throw problem(path, `it cannot be made (${textOf(error)}): ${ADVICE}`, error);
    }
  }
  const made = lookAt(path);
  if (made === undefined) throw problem(path, `it is gone as soon as it is made: ${ADVICE}`);
  return made;
}

/** The folder is nothing that a client asked for: it is our fault, whatever is wrong with it. */
function problem(path: string, why: string, cause?: unknown): FileError {
  return new FileError("failed", path, { cause: new Error(`for large bodies; ${why}`, { cause }) });
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

class Spool implements SpoolFile {
  readonly #file: PositionedFile;

  constructor(file: Deno.FsFile, readonly path: string) {
    this.#file = new PositionedFile(file);
    // Without a name nothing of it is left, whatever happens to this program. Windows keeps it until close().
    if (Deno.build.os !== "windows") Deno.removeSync(path);
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
    if (Deno.build.os === "windows") Deno.removeSync(this.path);
  }
}

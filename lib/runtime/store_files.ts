/**
 * Writing files over Deno's API: under a hidden name beside their place, and renamed when they are whole. What is not
 * whole is removed on every orderly way out of this program, and swept at the next start after a crash.
 *
 * @module
 */
import { dirname, join } from "@std/path";
import { FileError, type Log, type NewFile, type StoreFiles } from "../ports.ts";
import { fileError } from "./files.ts";

/** Hidden, so that no request reaches it and no listing shows it. */
const PREFIX = ".webserv-upload-";

/** A foreign file of a living process is taken for abandoned after this, in milliseconds. */
const ABANDONED = 60 * 60 * 1000;

/** Files of this run that have no name yet. */
const unfinished = new Set<string>();

globalThis.addEventListener("unload", () => {
  for (const path of unfinished) {
    try {
      Deno.removeSync(path);
    } catch {
      // The next start sweeps it.
    }
  }
});

/** The stores of this machine. */
export const storeFiles: StoreFiles = {
  create(folder) {
    const path = join(folder, `${PREFIX}${Deno.pid}-${crypto.randomUUID()}`);
    try {
      const file = Deno.openSync(path, { write: true, createNew: true });
      unfinished.add(path);
      return new UnnamedFile(file, path);
    } catch (error) {
      throw fileError(error, path);
    }
  },

  remove(path) {
    try {
      Deno.removeSync(path);
    } catch (error) {
      throw fileError(error, path);
    }
  },

  isLink(path) {
    try {
      return Deno.lstatSync(path).isSymlink;
    } catch (error) {
      const known = fileError(error, path);
      if (known.problem === "not found") return false;
      throw known;
    }
  },
};

class UnnamedFile implements NewFile {
  size = 0;
  #open = true;

  constructor(readonly file: Deno.FsFile, readonly path: string) {}

  async write(bytes: Uint8Array): Promise<void> {
    try {
      for (let rest = bytes; rest.length > 0;) {
        const count = await this.file.write(rest);
        this.size += count;
        rest = rest.subarray(count);
      }
    } catch (error) {
      throw fileError(error, this.path);
    }
  }

  commit(path: string, replace: boolean): void {
    this.#close();
    try {
      if (replace) Deno.renameSync(this.path, path);
      else linkNew(this.path, path);
    } catch (error) {
      this.discard();
      throw fileError(error, path);
    }
    if (replace) unfinished.delete(this.path);
    else this.discard();
  }

  discard(): void {
    this.#close();
    if (!unfinished.delete(this.path)) return;
    try {
      Deno.removeSync(this.path);
    } catch {
      // Somebody else removed it, or took the right to: the sweep at the next start tries again.
    }
  }

  #close(): void {
    if (this.#open) this.file.close();
    this.#open = false;
  }
}

/** A hard link fails where a name exists, which no rename does. */
function linkNew(from: string, to: string): void {
  try {
    Deno.linkSync(from, to);
  } catch (error) {
    const { problem } = fileError(error, to);
    if (problem !== "denied" && problem !== "failed") throw error;
    // No hard links here (FAT, some network drives): the name is taken first, and is empty for a moment.
    Deno.openSync(to, { write: true, createNew: true }).close();
    Deno.renameSync(from, to);
  }
}

/** Removes what a crashed run has left below a store; for the start of the program, before anything is stored. Never rejects. */
export async function sweep(folder: string, log: Log): Promise<void> {
  try {
    for await (const { name, isDirectory, isFile } of Deno.readDir(folder)) {
      const path = join(folder, name);
      if (isDirectory) await sweep(path, log);
      else if (isFile && name.startsWith(PREFIX) && isAbandoned(path, name)) {
        await Deno.remove(path);
        log.line(`notice: removed an unfinished upload of an earlier run from ${dirname(path)}`);
      }
    }
  } catch (error) {
    const known = fileError(error, folder);
    if (known.problem !== "not found") {
      log.line(`warning: ${folder} could not be swept of unfinished uploads: ${known.problem}`);
    }
  }
}

function isAbandoned(path: string, name: string): boolean {
  const [pid] = name.slice(PREFIX.length).split("-");
  // Our own number at our own start is an earlier program's: in a container all have the same.
  if (Number(pid) === Deno.pid || !isRunning(Number(pid))) return true;
  return Date.now() - (Deno.statSync(path).mtime?.getTime() ?? 0) > ABANDONED;
}

/** True where it can not be known. */
function isRunning(pid: number): boolean {
  if (Deno.build.os !== "linux") return true;
  try {
    return Deno.statSync(`/proc/${pid}`).isDirectory;
  } catch (error) {
    return !(error instanceof Deno.errors.NotFound);
  }
}

/** A folder for uploads that does not exist yet is made. @throws {FileError} */
export function ensureFolder(path: string): void {
  try {
    Deno.mkdirSync(path, { recursive: true });
  } catch (error) {
    throw error instanceof FileError ? error : fileError(error, path);
  }
}

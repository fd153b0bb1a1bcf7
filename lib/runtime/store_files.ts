/**
 * Writing files over Deno's API: under a hidden name beside their place, and renamed when they are whole. What is not
 * whole is removed on every orderly way out of this program, and swept at the next start after a crash.
 *
 * @module
 */
import { basename, dirname, join } from "@std/path";
import { Gatherer } from "../bytes/gatherer.ts";
import { uploadOfFile } from "../http/partial_name.ts";
import {
  type ErrorLog,
  type FileAside,
  FileError,
  type FileStat,
  type NewFile,
  type StoreFiles,
} from "../ports.ts";
import { fileError, forgetStats } from "./files.ts";
import { writeAll } from "./positioned_file.ts";
import { NameLocks } from "./name_locks.ts";
import { isElsewhere, keepMode, linkNew, statOf, tryOr } from "./naming.ts";
import { removeTree } from "./remove_tree.ts";
import { renameNew, renameOver } from "./renames.ts";

/** Hidden, so that no request reaches it and no listing shows it. */
const PREFIX = ".webserv-upload-";

/** Hidden as well, and never removed by us. */
const KEPT_PREFIX = ".webserv-kept-";

/** Pieces are gathered up to this, in bytes: each write costs as much as copying many kilobytes. */
const GATHERED = 64 * 1024;

/** How often an unfinished file is looked for, at once; and so often again, so many times, every so many milliseconds. */
const ATTEMPTS = 1000;
const ATTEMPTS_LATER = 10;
const LOOKS = 10;
const LOOK_PERIOD = 500;

/** Files that are looked for at a time. */
const MOST_LOST = 100;

/** A file of a living program is taken for abandoned after this, in milliseconds. */
const ABANDONED = 60 * 60 * 1000;

/** Who removes what is unfinished when this thread or this program comes to a sudden end. */
export interface UnfinishedRegistry {
  begun(path: string): void;
  over(path: string): void;
}

/** Of this thread. */
const unfinished = new Set<string>();

/** Keeps them for the end of this program. */
export const unfinishedFiles: UnfinishedRegistry = {
  begun: (path) => void unfinished.add(path),
  over: (path) => void unfinished.delete(path),
};

let registry = unfinishedFiles;

/** Has them kept by another: a worker thread ends without a word when the program does. */
export function setUnfinishedRegistry(other: UnfinishedRegistry): void {
  registry = other;
}

/** True for the name of a file that is being written. */
export function isUnfinishedName(name: string): boolean {
  return name.startsWith(PREFIX);
}

/**
 * Removes a file that was left behind, if its name is that of one. Never throws: what cannot be removed is swept at the next start.
 *
 * @returns false if it is not there
 */
export function removeUnfinished(path: string): boolean {
  unfinished.delete(path);
  if (!isUnfinishedName(basename(path))) return true;
  try {
    // A folder that was to be removed is one of them. No link is followed.
    Deno.removeSync(path, { recursive: true });
    return true;
  } catch (error) {
    return fileError(error, path).problem !== "not found";
  }
}

let locks = new NameLocks();

/** Has names locked together with other threads. */
export function setNameLocks(shared: NameLocks): void {
  locks = shared;
}

globalThis.addEventListener("unload", () => unfinished.forEach(removeUnfinished));

/** The stores of this machine. */
export const storeFiles: StoreFiles = {
  create(folder) {
    const path = hiddenPath(folder);
    try {
      const file = Deno.openSync(path, { write: true, createNew: true });
      registry.begun(path);
      tryOr(undefined, () => file.lockSync(true));
      return new UnnamedFile(file, path, statOf(file, path));
    } catch (error) {
      throw fileError(error, path);
    }
  },

  remove(path) {
    forgetStats();
    try {
      Deno.removeSync(path);
    } catch (error) {
      throw fileError(error, path);
    }
  },

  makeFolder(path) {
    forgetStats();
    try {
      Deno.mkdirSync(path);
    } catch (error) {
      throw fileError(error, path);
    }
  },

  removeFolder(path) {
    forgetStats();
    try {
      // What is no folder is not removed by this.
      if (!Deno.lstatSync(path).isDirectory) throw new FileError("not found", path);
      Deno.removeSync(path);
    } catch (error) {
      throw error instanceof FileError ? error : fileError(error, path);
    }
  },

  move(from, to, replace) {
    forgetStats();
    try {
      if (replace) renameOver(from, to);
      else renameNew(from, to);
      return true;
    } catch (error) {
      if (isElsewhere(error)) return false;
      throw error instanceof FileError ? error : fileError(error, to);
    }
  },

  async syncFolder(path) {
    // Windows opens no folders, and has them written with its journal.
    if (Deno.build.os === "windows") return;
    try {
      using folder = await Deno.open(path, { read: true });
      await folder.sync();
    } catch (error) {
      throw fileError(error, path);
    }
  },

  takeAside(path, folder, isKept = false) {
    forgetStats();
    const aside = hiddenPath(folder, isKept ? KEPT_PREFIX : PREFIX);
    try {
      Deno.renameSync(path, aside);
    } catch (error) {
      if (isElsewhere(error)) return undefined;
      throw fileError(error, path);
    }
    if (!isKept) registry.begun(aside);
    return new Aside(aside);
  },

  exclusively(keys, act) {
    return locks.run(keys, act);
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

  partials: () => import("./partial_files.ts").then(({ partialFiles }) => partialFiles),
};

function isRemovedIn(attempts: number, path: string): boolean {
  for (let attempt = 0; attempt < attempts; attempt++) if (removeUnfinished(path)) return true;
  return false;
}

/** What was not found, and how often it is still to be looked for. */
const lost = new Map<string, number>();
let looking: ReturnType<typeof setInterval> | undefined;

function removeLater(path: string): void {
  if (lost.size >= MOST_LOST) return registry.over(path);
  lost.set(path, LOOKS);
  if (looking !== undefined) return;
  looking = setInterval(removeLost, LOOK_PERIOD);
  Deno.unrefTimer(looking);
}

function removeLost(): void {
  for (const [path, looks] of lost) {
    if (!isRemovedIn(ATTEMPTS_LATER, path) && looks > 1) lost.set(path, looks - 1);
    else {
      lost.delete(path);
      registry.over(path);
    }
  }
  if (lost.size > 0) return;
  clearInterval(looking);
  looking = undefined;
}

function hiddenPath(folder: string, prefix = PREFIX): string {
  return join(folder, `${prefix}${Deno.pid}-${crypto.randomUUID()}`);
}

class Aside implements FileAside {
  constructor(public path: string) {}

  discard(): void {
    this.#unkeep();
    removeUnfinished(this.path);
    registry.over(this.path);
  }

  async removeTree() {
    forgetStats();
    this.#unkeep();
    const failures = await removeTree(this.path);
    if (failures.length === 0) registry.over(this.path);
    return failures;
  }

  /** It is not needed any more, and goes if this program comes to a sudden end. */
  #unkeep(): void {
    if (isUnfinishedName(basename(this.path))) return;
    const path = hiddenPath(dirname(this.path));
    try {
      Deno.renameSync(this.path, path);
    } catch (error) {
      throw fileError(error, this.path);
    }
    registry.begun(path);
    this.path = path;
  }

  giveBack(path: string): boolean {
    if (tryOr(false, () => Deno.lstatSync(this.path).isDirectory)) return this.#giveFolderBack(path);
    const isBack = tryOr(false, () => {
      Deno.linkSync(this.path, path);
      return true;
    });
    if (isBack) this.discard();
    return isBack;
  }

  /** No rename of a folder replaces anything but an empty one. */
  #giveFolderBack(path: string): boolean {
    return tryOr(false, () => {
      Deno.renameSync(this.path, path);
      registry.over(this.path);
      return true;
    });
  }

  keep(): string {
    if (!isUnfinishedName(basename(this.path))) return this.path;
    const kept = hiddenPath(dirname(this.path), KEPT_PREFIX);
    registry.over(this.path);
    return tryOr(this.path, () => {
      Deno.renameSync(this.path, kept);
      return kept;
    });
  }
}

class UnnamedFile implements NewFile {
  /** PERF: a small file is one write in place, at its end; asking another thread takes longer than the copy. */
  readonly #gatherer = new Gatherer(GATHERED);
  #open = true;
  /** Under its hidden name. */
  #exists = true;

  constructor(readonly file: Deno.FsFile, readonly path: string, readonly stat: FileStat) {}

  async write(bytes: Uint8Array): Promise<void> {
    try {
      await this.#gatherer.add(bytes, this.#write);
    } catch (error) {
      throw fileError(error, this.path);
    }
  }

  end(): void {
    try {
      for (let rest = this.#gatherer.held; this.#open && rest.length > 0;) {
        rest = rest.subarray(this.file.writeSync(rest));
      }
    } catch (error) {
      throw fileError(error, this.path);
    } finally {
      this.#close();
    }
  }

  async sync(): Promise<void> {
    try {
      await this.#gatherer.flush(this.#write);
      await this.file.sync();
    } catch (error) {
      throw fileError(error, this.path);
    }
  }

  setModified(time: number): void {
    try {
      Deno.utimeSync(this.path, new Date(time), new Date(time));
    } catch (error) {
      throw fileError(error, this.path);
    }
  }

  commit(path: string, replace: boolean): void {
    forgetStats();
    try {
      this.end();
      if (replace) {
        keepMode(path, this.path);
        Deno.renameSync(this.path, path);
        this.#exists = false;
        registry.over(this.path);
      } else linkNew(this.path, path);
    } catch (error) {
      throw fileError(error, path);
    } finally {
      this.discard();
    }
  }

  discard(): void {
    this.#close();
    if (!this.#exists) return;
    this.#exists = false;
    // SECURITY: nobody else removes it. Where it is not found, a folder on the way leads elsewhere just now.
    if (isRemovedIn(ATTEMPTS, this.path)) registry.over(this.path);
    else removeLater(this.path);
  }

  readonly #write = (bytes: Uint8Array): Promise<void> => writeAll(this.file, bytes);

  #close(): void {
    if (this.#open) this.file.close();
    this.#open = false;
    this.#gatherer.release();
  }
}

/**
 * Removes what a crashed run has left below a store. Never rejects.
 *
 * @param foundPartial is told of files that may still be gone on with
 */
export async function sweep(
  folder: string,
  log: ErrorLog,
  foundPartial?: (folder: string, name: string) => void,
): Promise<void> {
  const complain = (error: unknown) => {
    const { problem } = fileError(error, folder);
    if (problem === "not found") return;
    log.warning(`${folder} could not be swept of unfinished uploads: ${problem}`);
  };
  try {
    for await (const { name, isDirectory, isFile } of Deno.readDir(folder)) {
      const path = join(folder, name);
      if (isDirectory && !name.startsWith(PREFIX)) await sweep(path, log, foundPartial);
      else if ((isFile || isDirectory) && name.startsWith(PREFIX)) {
        try {
          if (!isAbandoned(path, name)) continue;
          await Deno.remove(path, { recursive: true });
          const what = isFile ? "an unfinished upload" : "what was being removed";
          log.notice(`removed ${what} of an earlier run from ${folder}`);
        } catch (error) {
          complain(error);
        }
      } else if (isFile && uploadOfFile(name) !== undefined) foundPartial?.(folder, name);
    }
  } catch (error) {
    complain(error);
  }
}

/** Whoever writes it is gone. What has been written to since this program began is somebody's, perhaps our own. */
function isAbandoned(path: string, name: string): boolean {
  const { mtime, ctime, isDirectory } = Deno.statSync(path);
  // A folder that was taken from its name has changed then, but was not modified.
  const since = Math.max(mtime?.getTime() ?? 0, isDirectory ? ctime?.getTime() ?? 0 : 0);
  const age = Date.now() - since;
  if (age < performance.now()) return false;
  const held = isHeld(path);
  if (held !== undefined) return !held;
  const pid = Number(name.slice(PREFIX.length).split("-", 1)[0]);
  // Our own number is an earlier program's: in a container all have the same.
  return pid === Deno.pid || !isRunning(pid) || age > ABANDONED;
}

/** Whether a living program holds it open; undefined where that cannot be known. */
function isHeld(path: string): boolean | undefined {
  return tryOr(undefined, () => {
    using file: Deno.FsFile & { tryLockSync?(exclusive: boolean): boolean } = Deno.openSync(path, {
      read: true,
      // SECURITY: a pipe that has taken its place would hold this thread until somebody writes to it.
      write: true,
    });
    // Since Deno 2.9.
    const released = file.tryLockSync?.(true);
    return released === undefined ? undefined : !released;
  });
}

/** True where it cannot be known. */
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

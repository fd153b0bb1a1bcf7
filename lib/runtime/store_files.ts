/**
 * Writing files over Deno's API: under a hidden name beside their place, and renamed when they are whole. What is not
 * whole is removed on every orderly way out of this program, and swept at the next start after a crash.
 *
 * @module
 */
import { basename, dirname } from "@std/path";
import { Gatherer } from "../bytes/gatherer.ts";
import { type FileAside, FileError, type FileStat, type NewFile, type StoreFiles } from "../ports.ts";
import { fileError, forgetStats } from "./files.ts";
import { writeAll } from "./positioned_file.ts";
import { NameLocks } from "./name_locks.ts";
import { isElsewhere, keepMode, linkNew, statOf, tryOr } from "./naming.ts";
import { removeTree } from "./remove_tree.ts";
import { renameNew, renameOver } from "./renames.ts";
import {
  begun,
  discardUnfinished,
  hiddenPath,
  isUnfinishedName,
  KEPT_PREFIX,
  over,
  PREFIX,
} from "./unfinished.ts";
import { SYSTEM } from "./system.ts";
import { despiteOthers } from "./despite_others.ts";

/** Pieces are gathered up to this, in bytes: each write costs as much as copying many kilobytes. */
const GATHERED = 64 * 1024;

let locks = new NameLocks();

/** Has names locked together with other threads. */
export function setNameLocks(shared: NameLocks): void {
  locks = shared;
}

/** The stores of this machine. */
export const storeFiles: StoreFiles = {
  create(folder) {
    const path = hiddenPath(folder);
    try {
      const file = Deno.openSync(path, { write: true, createNew: true });
      begun(path);
      tryOr(undefined, () => file.lockSync(true));
      return new UnnamedFile(file, path, statOf(file, path));
    } catch (error) {
      throw fileError(error, path);
    }
  },

  remove(path) {
    forgetStats();
    try {
      despiteOthers(() => Deno.removeSync(path));
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

  makeAside(folder) {
    const path = hiddenPath(folder);
    try {
      Deno.mkdirSync(path);
    } catch (error) {
      throw fileError(error, path);
    }
    return new Aside(path);
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
    if (SYSTEM === "windows") return;
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
      despiteOthers(() => Deno.renameSync(path, aside));
    } catch (error) {
      if (isElsewhere(error)) return undefined;
      throw fileError(error, path);
    }
    if (!isKept) begun(aside);
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

class Aside implements FileAside {
  constructor(public path: string) {}

  discard(): void {
    if (!isUnfinishedName(basename(this.path))) tryOr(undefined, () => Deno.removeSync(this.path));
    // SECURITY: as that of a new file, which a folder on the way may have taken elsewhere.
    else discardUnfinished(this.path);
  }

  async removeTree() {
    forgetStats();
    this.#unkeep();
    const failures = await removeTree(this.path);
    if (failures.length === 0) over(this.path);
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
    begun(path);
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
      over(this.path);
      return true;
    });
  }

  keep(): string {
    if (!isUnfinishedName(basename(this.path))) return this.path;
    const kept = hiddenPath(dirname(this.path), KEPT_PREFIX);
    over(this.path);
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
        despiteOthers(() => Deno.renameSync(this.path, path));
        this.#exists = false;
        over(this.path);
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
    discardUnfinished(this.path);
  }

  readonly #write = (bytes: Uint8Array): Promise<void> => writeAll(this.file, bytes);

  #close(): void {
    if (this.#open) this.file.close();
    this.#open = false;
    this.#gatherer.release();
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

/**
 * What lies beside stored files and goes with them: a text for each, in a hidden folder of the folder that they are in, so
 * that a folder that is moved takes along what belongs to all that is in it.
 *
 * @module
 */
import { andThen, type MaybePromise } from "../http/maybe_promise.ts";
import type { Companions, NameInFolder } from "../http/origin.ts";
import { FileError } from "../ports.ts";
import { isStill, joinPath } from "./place.ts";
import type { StoreFolder } from "./store_folder.ts";

/** Hidden, so that no request reaches it and no listing shows it. */
const FOLDER = "/.webserv-properties";

/** Of one text, in bytes. */
const LONGEST = 1024 * 1024;

/** How often a change is tried anew that somebody else has come before. */
const ATTEMPTS = 100;

const encoder = new TextEncoder(), decoder = new TextDecoder();

/** The texts of files and folders. */
export class PropertyFiles implements Companions {
  owns(name: string): boolean {
    return `/${name}` === FOLDER;
  }

  /** What is kept beside a name; undefined where that is nothing. @throws {FileError} */
  read(named: NameInFolder): string | undefined {
    const { ports: { files } } = folderOf(named), path = pathOf(named);
    if (files.lstat(path)?.kind !== "file") return undefined;
    const file = files.openSync(path);
    try {
      const buffer = new Uint8Array(Math.min(file.stat().size, LONGEST));
      let length = 0;
      while (length < buffer.length) {
        const count = file.readAtSync(buffer.subarray(length), length);
        if (count === 0) break;
        length += count;
      }
      return decoder.decode(buffer.subarray(0, length));
    } finally {
      file.close();
    }
  }

  /** The names in a folder beside which something is kept. @throws {FileError} */
  async names(folder: StoreFolder): Promise<ReadonlySet<string>> {
    const path = hiddenFolder(folder), { files } = folder.ports;
    if (files.lstat(path)?.kind !== "directory") return NO_NAMES;
    return new Set((await files.list(path)).map(({ name }) => name));
  }

  /**
   * Changes what is kept, as if nobody else changed it meanwhile.
   *
   * @param change of what is kept now: undefined is nothing; the same text changes nothing
   * @throws {FileError} "busy" if others change it all the time
   */
  async change(
    named: NameInFolder,
    change: (before: string | undefined) => string | undefined,
  ): Promise<void> {
    const { ports: { store } } = folderOf(named);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const before = this.read(named), after = change(before);
      if (after === before) return;
      if (after === undefined) return this.removed(named);
      makeHidden(named);
      const file = store.create(hiddenFolder(folderOf(named)));
      try {
        await file.write(encoder.encode(after));
        file.end();
        const isDone = store.exclusively(`${pathOf(named)}\0`.toLowerCase(), () => {
          if (this.read(named) !== before) return false;
          file.commit(pathOf(named), true);
          return true;
        });
        if (isDone) return;
      } finally {
        file.discard();
      }
    }
    throw new FileError("busy", pathOf(named));
  }

  moved(from: NameInFolder, to: NameInFolder): MaybePromise<void> {
    const { ports: { files, store } } = folderOf(from), path = pathOf(from);
    if (files.lstat(path)?.kind !== "file") return this.removed(to);
    makeHidden(to);
    if (!store.move(path, pathOf(to), true)) {
      return andThen(this.copied(from, to), () => this.removed(from));
    }
    removeHidden(from);
  }

  async copied(from: NameInFolder, to: NameInFolder): Promise<void> {
    const text = this.read(from);
    await this.change(to, () => text);
  }

  removed(named: NameInFolder): void {
    const { ports: { files, store } } = folderOf(named), path = pathOf(named);
    if (files.lstat(path) === undefined) return;
    store.remove(path);
    removeHidden(named);
  }
}

const NO_NAMES: ReadonlySet<string> = new Set();

/** All folders of this machine's stores are of one kind. */
function folderOf({ folder }: NameInFolder): StoreFolder {
  return folder as StoreFolder;
}

function hiddenFolder({ place }: StoreFolder): string {
  return joinPath(place.path, FOLDER);
}

function pathOf(named: NameInFolder): string {
  return `${hiddenFolder(folderOf(named))}/${named.name}`;
}

/** @throws {FileError} */
function makeHidden(named: NameInFolder): void {
  const { ports, place } = folderOf(named), path = hiddenFolder(folderOf(named));
  const found = ports.files.lstat(path);
  if (found === undefined) {
    try {
      ports.store.makeFolder(path);
    } catch (error) {
      // Another thread was faster.
      if (!(error instanceof FileError && error.problem === "exists")) throw error;
    }
  } else if (found.kind !== "directory") {
    // SECURITY: whoever may write there by another way has set a link, which could lead anywhere.
    throw new FileError("failed", path);
  }
  if (!isStill(ports, place)) throw new FileError("changed", path);
}

/** Nothing is left of it where nothing is in it any more. */
function removeHidden(named: NameInFolder): void {
  const folder = folderOf(named);
  try {
    folder.ports.store.removeFolder(hiddenFolder(folder));
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
  }
}

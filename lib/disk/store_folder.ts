/**
 * A folder within a store: what has a name in it, and what is done to that. SECURITY: before and after each change it is
 * shown that the folder is still where it was found, or what was done is undone.
 *
 * @module
 */
import { isContained } from "../http/containment.ts";
import { isMisspelt, lockKey, mayBeWithin } from "../http/disk_names.ts";
import { fileEntityTag } from "../http/etag.ts";
import type {
  FolderEntry,
  NameInFolder,
  NewContent,
  Occupant,
  Partials,
  StoredBytes,
  TakenFolder,
  WritableFolder,
  WritableOrigin,
} from "../http/origin.ts";
import { type FileAside, FileError, type FileStat } from "../ports.ts";
import {
  type Anchor,
  belowRoot,
  isSame,
  isStill,
  isWithheld,
  joinPath,
  locate,
  type Place,
} from "./place.ts";
import { ATTEMPTS, removeAside, StoredContent, type StorePorts, takeAside } from "./stored_content.ts";

export type { StorePorts } from "./stored_content.ts";

/** Found by its store. */
export class StoreFolder implements WritableFolder {
  constructor(readonly ports: StorePorts, readonly place: Place, readonly origin: StoreOfFolders) {}

  get identity(): string {
    const { realPath, stat: { device, inode } } = this.place;
    return `${device} ${inode} ${realPath}`;
  }

  isWithin({ folder, name }: NameInFolder): boolean {
    const { realPath } = (folder as StoreFolder).place, path = joinPath(realPath, `/${name}`);
    return isContained(this.place.realPath, this.ports.files.realPath(path) ?? path);
  }

  occupant(name: string): Occupant {
    const stat = this.#statOf(name);
    if (stat === undefined || stat === "unfit") return { kind: stat ?? "nothing" };
    if (this.#isMisspelt(name)) return { kind: "unfit", isMisspelt: true };
    if (stat.kind === "directory") return { kind: "folder" };
    const validators = { etag: fileEntityTag(stat), modified: stat.modified };
    return { kind: "file", validators, size: stat.size };
  }

  /** PERF: what it takes is loaded with the first upload that wants it. */
  partials(): Promise<Partials> | undefined {
    const { ports, place } = this, files = ports.store.partials?.();
    return files && Promise.all([files, import("./partials.ts")])
      .then(([files, { StorePartials }]) => new StorePartials(ports, files, place));
  }

  create(): NewContent {
    const content = new StoredContent(this.ports, this.place, this.ports.store.create(this.place.path));
    content.check();
    return content;
  }

  remove(name: string): void {
    const { ports, place } = this, { path, stat } = this.#anchor(name);
    // What is in the root itself has no folder on its way that could be another.
    const how = place.path === place.root ? "apart" : removeAside(ports, place.root, { path, stat });
    if (how === "apart") ports.store.remove(path);
    else if (how === "changed") throw new FileError("changed", path);
  }

  makeFolder(name: string): void {
    const { ports: { store, files }, place } = this;
    this.#guard(name);
    const aside = store.makeAside(place.path), stat = files.lstat(aside.path);
    if (stat && this.#isStillWith(aside, stat)) {
      return this.#name(aside, stat, name, false, (aside) => aside.discard());
    }
    aside.discard();
    throw new FileError("changed", aside.path);
  }

  removeEmpty(name: string): void {
    const { store } = this.ports, { path, stat } = this.#anchor(name);
    this.#guard(name);
    // A link to a folder is none that is empty.
    if (stat.kind !== "directory") throw new FileError("not empty", path);
    store.removeFolder(path);
  }

  take(name: string, isKept = false): TakenFolder {
    const { ports, place } = this, { path, stat } = this.#anchor(name);
    this.#guard(name);
    let taken = takeAside(ports, place.root, { path, stat }, isKept);
    // On another file system that is mounted below the store.
    if (taken === "apart") taken = takeAside(ports, place.path, { path, stat }, isKept);
    if (typeof taken !== "object") throw new FileError("changed", path);
    return { remove: () => taken.removeTree(), giveBack: () => giveBackOrKeep(taken, path) };
  }

  move(name: string, to: StoreFolder, newName: string, replace: boolean): "moved" | "apart" {
    const { path: from, stat } = this.#anchor(name);
    this.#guard(name);
    to.#guard(newName);
    if (!replace && to.#statOf(newName) !== undefined && !this.#isSameName(name, to, newName)) {
      throw new FileError("exists", to.#pathOf(newName));
    }
    // SECURITY: the destination's folder may be set to another place at any time, which what lies hidden in it is not.
    const aside = takeAside(this.ports, to.place.path, { path: from, stat }, true);
    if (aside === "apart") return "apart";
    if (aside === "changed") throw new FileError("changed", from);
    if (!to.#isStillWith(aside, stat)) {
      giveBackOrKeep(aside, from);
      throw new FileError("changed", from);
    }
    to.#name(aside, stat, newName, replace, (aside) => giveBackOrKeep(aside, from));
    return "moved";
  }

  /** On a file system where names that differ in case are one. */
  #isSameName(name: string, to: StoreFolder, newName: string): boolean {
    return to.identity === this.identity && name.toLowerCase() === newName.toLowerCase();
  }

  #isStillWith({ path }: FileAside, stat: FileStat): boolean {
    return isStill(this.ports, this.place, { path, stat });
  }

  /** Gives what lies hidden in this folder a name in it. @param undo what is done with it where that fails @throws {FileError} */
  #name(
    aside: FileAside,
    stat: FileStat,
    name: string,
    replace: boolean,
    undo: (aside: FileAside) => void,
  ): void {
    const { ports, place } = this, path = this.#pathOf(name);
    try {
      ports.store.move(aside.path, path, replace);
    } catch (error) {
      undo(aside);
      throw error;
    }
    if (isStill(ports, place, { path, stat })) return;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const now = ports.files.lstat(path);
      if (!now || !isSame(now, stat)) continue;
      const taken = takeAsideIfThere(ports, place, { path, stat });
      if (taken === undefined) continue;
      undo(taken);
      break;
    }
    throw new FileError("changed", path);
  }

  async entries(): Promise<readonly FolderEntry[]> {
    return (await this.#list()).entries;
  }

  async others(): Promise<readonly string[]> {
    return (await this.#list()).others;
  }

  async #list() {
    const { ports: { files, withheld }, place } = this, entries: FolderEntry[] = [], others: string[] = [];
    for (const { name, link } of await files.list(place.path)) {
      const isLeftOut = link || name.startsWith(".") ||
        isWithheld(files, joinPath(place.realPath, `/${name}`), withheld);
      const stat = isLeftOut ? undefined : files.lstat(this.#pathOf(name));
      if (stat === undefined || stat.kind === "other") others.push(name);
      else {
        const { kind, size, modified } = stat;
        entries.push({ name, kind, size: kind === "file" ? size : 0, modified });
      }
    }
    if (!isStill(this.ports, place)) throw new FileError("changed", place.path);
    return { entries, others };
  }

  folder(name: string): MaybeFolder {
    const { path, root } = this.place;
    return this.origin.folder(`${belowRoot(path, root)}/${name}`) as MaybeFolder;
  }

  read(name: string): StoredBytes {
    const { files } = this.ports,
      path = this.#pathOf(name),
      found = locate(this.ports, path, this.place.root);
    if (found?.stat.kind !== "file") throw new FileError("not found", path);
    const file = files.openSync(found.path), { size, modified } = file.stat();
    if (!isSame(file.stat(), found.stat)) {
      file.close();
      throw new FileError("changed", path);
    }
    let position = 0;
    return {
      size,
      modified,
      async read(buffer) {
        const count = await file.readAt(buffer, position);
        position += count;
        return count === 0 ? null : count;
      },
      close: () => file.close(),
    };
  }

  async sync(): Promise<void> {
    await this.ports.store.syncFolder(this.place.path);
  }

  exclusively<T>(name: string, act: () => T, other?: NameInFolder): T {
    const keys = [this.#lockOf(name)];
    if (other !== undefined) keys.push((other.folder as StoreFolder).#lockOf(other.name));
    return this.ports.store.exclusively(keys, act);
  }

  #lockOf(name: string): string {
    return lockKey(this.ports.files.names, `${this.place.realPath}/${name}`);
  }

  /** SECURITY: what holds for a name, such as a lock, must hold for what has it, however it is asked for. */
  #isMisspelt(name: string): boolean {
    const { files } = this.ports;
    if (files.names === undefined) return false;
    const real = files.realPath(this.#pathOf(name));
    return real !== undefined && isMisspelt(files.names, `/${name}`, real);
  }

  #statOf(name: string): FileStat | "unfit" | undefined {
    const { files, store, withheld } = this.ports, path = this.#pathOf(name);
    if (isWithheld(files, joinPath(this.place.realPath, `/${name}`), withheld)) return "unfit";
    const stat = files.lstat(path);
    if (stat?.kind !== "other") return stat;
    // SECURITY: also a link to nothing: what it names might come to be outside.
    const found = store.isLink(path) ? locate(this.ports, path, this.place.root) : undefined;
    return found?.stat ?? "unfit";
  }

  /** What has a name, at a place that is still this folder's. @throws {FileError} */
  #anchor(name: string): { readonly path: string; readonly stat: FileStat } {
    const path = this.#pathOf(name), stat = this.ports.files.lstat(path);
    if (!stat) throw new FileError("not found", path);
    if (!isStill(this.ports, this.place, { path, stat })) throw new FileError("changed", path);
    return { path, stat };
  }

  /**
   * SECURITY: neither folders of programs nor withheld files come from anywhere else or go away, by a folder above them
   * neither.
   *
   * @throws {FileError} "denied"
   */
  #guard(name: string): void {
    const { ports: { files, withheld }, place: { realPath }, origin: { programs } } = this;
    const path = joinPath(realPath, `/${name}`);
    const isIn = (other: string) => mayBeWithin(files.names, other, path);
    const isAbove = (other: string) => isIn(files.realPath(other) ?? other);
    if (!programs.some(isAbove) && !(withheld && [...withheld].some(isIn))) return;
    throw new FileError("denied", path, { cause: new Error("there are programs or withheld files below") });
  }

  /** @throws {FileError} "denied" for a name that the system would take for another's */
  #pathOf(name: string): string {
    const path = joinPath(this.place.path, `/${name}`);
    if (!this.ports.files.names?.meansAnother(`/${name}`)) return path;
    throw new FileError("denied", path, { cause: new Error("the name means another file on this system") });
  }
}

/** Where a folder was found. */
interface StoreOfFolders extends Pick<WritableOrigin, "folder"> {
  /** Folders whose files are run. */
  readonly programs: readonly string[];
}

/** As takeAside() does; undefined where it leads elsewhere again. */
function takeAsideIfThere(ports: StorePorts, { root, path }: Place, anchor: Anchor): FileAside | undefined {
  try {
    let taken = takeAside(ports, root, anchor, true);
    if (taken === "apart") taken = takeAside(ports, path, anchor, true);
    return typeof taken === "object" ? taken : undefined;
  } catch (error) {
    if (error instanceof FileError && error.problem === "not found") return undefined;
    throw error;
  }
}

/** Its path may lead elsewhere for the moment. */
function giveBackOrKeep(taken: FileAside, path: string): boolean {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) if (taken.giveBack(path)) return true;
  taken.keep();
  return false;
}

type MaybeFolder = StoreFolder | "missing" | "outside";

/**
 * A folder of this machine that files are stored in. A request's path has no dot segments any more, but any part of it
 * may be a link, and none may lead out of the store, for reading, writing or deleting.
 *
 * @module
 */
import { isContained } from "../http/containment.ts";
import { fileEntityTag } from "../http/etag.ts";
import type { NewContent, Occupant, Partials, WritableFolder, WritableOrigin } from "../http/origin.ts";
import { FileError, type NewFile, type StoreFiles } from "../ports.ts";
import { type Anchor, isSame, isStill, joinPath, locate, type Place, type PlacePorts } from "./place.ts";

/** What writing works with. */
export interface StorePorts extends PlacePorts {
  readonly store: StoreFiles;
}

/** How often it is tried to remove what came to lie elsewhere: its path leads there now and then only. */
const ATTEMPTS = 1000;

/** A store. */
export class StoreOrigin implements WritableOrigin {
  /**
   * @param root absolute, without a slash at the end but for the system's root
   * @param programs folders whose files are run; those within the store count as outside of it
   */
  constructor(readonly ports: StorePorts, readonly root: string, readonly programs: readonly string[] = []) {}

  folder(path: string): WritableFolder | "missing" | "outside" {
    const { files } = this.ports;
    const asked = joinPath(this.root, path);
    const place = locate(this.ports, asked, this.root);
    if (!place) return files.realPath(asked) === undefined ? "missing" : "outside";
    const { realPath, realRoot } = place;
    // SECURITY: their own location would run what is stored there, by whatever link or spelling the path leads to them.
    for (const folder of this.programs) {
      const realFolder = files.realPath(folder);
      if (realFolder === undefined || !isContained(realFolder, realRoot)) continue;
      if (isContained(realPath, realFolder)) return "outside";
    }
    return place.stat.kind === "directory" ? new StoreFolder(this.ports, place) : "missing";
  }
}

/** A folder within a store. */
class StoreFolder implements WritableFolder {
  constructor(readonly ports: StorePorts, readonly place: Place) {}

  get identity(): string {
    const { realPath, stat: { device, inode } } = this.place;
    return `${device} ${inode} ${realPath}`;
  }

  occupant(name: string): Occupant {
    const { files, store } = this.ports;
    const path = this.#pathOf(name);
    if (this.ports.withheld?.has(joinPath(this.place.realPath, `/${name}`))) return { kind: "unfit" };
    let stat = files.lstat(path);
    if (!stat) return { kind: "nothing" };
    if (stat.kind === "other") {
      // SECURITY: also a link to nothing: what it names might come to be outside.
      const found = store.isLink(path) ? locate(this.ports, path, this.place.root) : undefined;
      if (!found) return { kind: "unfit" };
      stat = found.stat;
    }
    if (stat.kind === "directory") return { kind: "folder" };
    const validators = { etag: fileEntityTag(stat), modified: stat.modified };
    return { kind: "file", validators, size: stat.size };
  }

  create(): NewContent {
    const content = new StoredContent(this.ports, this.place, this.ports.store.create(this.place.path));
    content.check();
    return content;
  }

  remove(name: string): void {
    const { ports, place } = this;
    const path = this.#pathOf(name), stat = ports.files.lstat(path);
    if (!stat) throw new FileError("not found", path);
    if (!isStill(ports, place, { path, stat })) throw new FileError("changed", path);
    // What is in the root itself has no folder on its way that could be another.
    const how = place.path === place.root ? "apart" : removeAside(ports, place.root, { path, stat });
    if (how === "apart") ports.store.remove(path);
    else if (how === "changed") throw new FileError("changed", path);
  }

  exclusively<T>(name: string, act: () => T): T {
    // File systems may take names for the same that differ in case; one lock for both is never wrong.
    return this.ports.store.exclusively(`${this.place.realPath}/${name}`.toLowerCase(), act);
  }

  /** PERF: what it takes is loaded with the first upload that wants it. */
  partials(): Promise<Partials> | undefined {
    const { ports, place } = this, files = ports.store.partials?.();
    return files && Promise.all([files, import("./partials.ts")])
      .then(([files, { StorePartials }]) =>
        new StorePartials(ports, files, place, (file) => new StoredContent(ports, place, file))
      );
  }

  #pathOf(name: string): string {
    return joinPath(this.place.path, `/${name}`);
  }
}

/** Owns the file. */
class StoredContent implements NewContent {
  constructor(readonly ports: StorePorts, readonly folder: Place, readonly file: NewFile) {}

  /** @throws {FileError} "changed" if it was made elsewhere; it is discarded then */
  check(): void {
    if (isStill(this.ports, this.folder, this.file)) return;
    this.discard();
    throw new FileError("changed", this.file.path);
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.file.write(bytes);
  }

  end(): void {
    this.file.end();
  }

  commit(name: string, replace: boolean): void {
    this.check();
    const path = joinPath(this.folder.path, `/${name}`);
    this.file.commit(path, replace);
    // SECURITY: of a folder that was set to another place just then, nothing of ours is left there.
    if (isStill(this.ports, this.folder, { path, stat: this.file.stat })) return;
    this.#takeBack(path);
    throw new FileError("changed", path);
  }

  discard(): void {
    this.file.discard();
  }

  #takeBack(path: string): void {
    const { ports, folder: { root }, file: { stat } } = this;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const now = ports.files.lstat(path);
      if (!now || !isSame(now, stat)) continue;
      try {
        if (removeAside(ports, root, { path, stat }) === "removed") return;
      } catch (error) {
        // It leads elsewhere again.
        if (!(error instanceof FileError && error.problem === "not found")) throw error;
      }
    }
  }
}

/**
 * Removes a file by way of the root, whose own path leads to no other place: there it can be seen what was taken.
 *
 * @returns "changed" if it was another one, which has its name again; "apart" if the root is on another file system
 * @throws {FileError} also if the other one cannot be given back
 */
function removeAside(
  { store, files }: StorePorts,
  root: string,
  { path, stat }: Anchor,
): "removed" | "changed" | "apart" {
  const aside = store.takeAside(path, root);
  if (aside === undefined) return "apart";
  const taken = files.lstat(aside.path);
  if (taken && isSame(taken, stat)) {
    aside.discard();
    return "removed";
  }
  // SECURITY: a folder on the way was set to another place in just that moment, and this is somebody else's file.
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) if (aside.giveBack(path)) return "changed";
  throw new FileError("changed", path, {
    cause: new Error(`a file from elsewhere was left as ${aside.keep()}`),
  });
}

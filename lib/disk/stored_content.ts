/**
 * Content that is written into a folder of a store, and what is taken from one: where something lies that was written or
 * taken is looked at afterwards, since a folder on the way may have been set to another place meanwhile.
 *
 * @module
 */
import type { NewContent } from "../http/origin.ts";
import { type FileAside, FileError, type NewFile, type StoreFiles } from "../ports.ts";
import { type Anchor, isSame, isStill, joinPath, type Place, type PlacePorts } from "./place.ts";

/** What writing works with. */
export interface StorePorts extends PlacePorts {
  readonly store: StoreFiles;
}

/** How often it is tried to remove what came to lie elsewhere: its path leads there now and then only. */
export const ATTEMPTS = 1000;

/** Owns the file. */
export class StoredContent implements NewContent {
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

  sync(): Promise<void> {
    return this.file.sync();
  }

  setModified(time: number): void {
    this.file.setModified(time);
  }

  commit(name: string, replace: boolean): void {
    this.check();
    const path = joinPath(this.folder.path, `/${name}`);
    if (this.ports.files.names?.meansAnother(`/${name}`)) {
      this.discard();
      throw new FileError("denied", path, { cause: new Error("the name means another file on this system") });
    }
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
export function removeAside(
  ports: StorePorts,
  root: string,
  anchor: Anchor,
): "removed" | "changed" | "apart" {
  const aside = takeAside(ports, root, anchor);
  if (typeof aside !== "object") return aside;
  aside.discard();
  return "removed";
}

/**
 * Takes something from its name by way of the root, whose own path leads to no other place: there it can be seen what was
 * taken.
 *
 * @returns as removeAside() does, or what was taken
 * @throws {FileError} as removeAside() does
 */
export function takeAside(
  { store, files }: StorePorts,
  root: string,
  { path, stat }: Anchor,
  isKept = false,
): FileAside | "changed" | "apart" {
  const aside = store.takeAside(path, root, isKept);
  if (aside === undefined) return "apart";
  const taken = files.lstat(aside.path);
  if (taken && isSame(taken, stat)) return aside;
  // SECURITY: a folder on the way was set to another place in just that moment, and this is somebody else's file.
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) if (aside.giveBack(path)) return "changed";
  throw new FileError("changed", path, {
    cause: new Error(`a file from elsewhere was left as ${aside.keep()}`),
  });
}

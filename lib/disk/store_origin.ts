/**
 * A folder of this machine that files are stored in. A request's path has no dot segments any more, but any part of it
 * may be a link, and none may lead out of the store, for reading, writing or deleting.
 *
 * @module
 */
import { isContained } from "../http/containment.ts";
import { fileEntityTag } from "../http/etag.ts";
import type { NewContent, Occupant, WritableFolder, WritableOrigin } from "../http/origin.ts";
import type { FileSystem, NewFile, StoreFiles } from "../ports.ts";
import { joinPath } from "./disk_origin.ts";

/** What writing works with. */
export interface StorePorts {
  readonly files: FileSystem;
  readonly store: StoreFiles;
}

/** A store. */
export class StoreOrigin implements WritableOrigin {
  /**
   * @param root absolute, without a slash at the end but for the system's root
   * @param programs folders whose files are run; those within the store count as outside of it
   */
  constructor(readonly ports: StorePorts, readonly root: string, readonly programs: readonly string[] = []) {}

  folder(path: string): WritableFolder | "missing" | "outside" {
    const { files } = this.ports;
    const realRoot = files.realPath(this.root), realPath = files.realPath(joinPath(this.root, path));
    if (realRoot === undefined || realPath === undefined) return "missing";
    if (!isContained(realPath, realRoot)) return "outside";
    // SECURITY: their own location would run what is stored there, by whatever link or spelling the path leads to them.
    for (const folder of this.programs) {
      const realFolder = files.realPath(folder);
      if (realFolder === undefined || !isContained(realFolder, realRoot)) continue;
      if (isContained(realPath, realFolder)) return "outside";
    }
    if (files.stat(realPath)?.kind !== "directory") return "missing";
    return new StoreFolder(this.ports, realPath, this.root);
  }
}

/** A folder within a store, by its resolved path. */
class StoreFolder implements WritableFolder {
  constructor(readonly ports: StorePorts, readonly path: string, readonly root: string) {}

  get identity(): string {
    return this.path;
  }

  occupant(name: string): Occupant {
    const { files, store } = this.ports;
    const path = this.#pathOf(name);
    const stat = files.probe(path);
    if (store.isLink(path)) {
      const realRoot = files.realPath(this.root), realPath = files.realPath(path);
      // SECURITY: also a link to nothing: what it names might come to be outside.
      if (realRoot === undefined || realPath === undefined || !isContained(realPath, realRoot)) {
        return { kind: "unfit" };
      }
    }
    if (!stat) return { kind: "nothing" };
    if (stat.kind === "directory") return { kind: "folder" };
    if (stat.kind === "other") return { kind: "unfit" };
    const validators = { etag: fileEntityTag(stat), modified: stat.modified };
    return { kind: "file", validators, size: stat.size };
  }

  create(): NewContent {
    return new StoredContent(this.ports.store.create(this.path), (name) => this.#pathOf(name));
  }

  remove(name: string): void {
    this.ports.store.remove(this.#pathOf(name));
  }

  #pathOf(name: string): string {
    return joinPath(this.path, `/${name}`);
  }
}

/** Owns the file. */
class StoredContent implements NewContent {
  constructor(readonly file: NewFile, readonly pathOf: (name: string) => string) {}

  write(bytes: Uint8Array): Promise<void> {
    return this.file.write(bytes);
  }

  end(): void {
    this.file.end();
  }

  commit(name: string, replace: boolean): void {
    this.file.commit(this.pathOf(name), replace);
  }

  discard(): void {
    this.file.discard();
  }
}

/**
 * Content of a store's folder that comes in several requests: a hidden file that grows, and notes beside it.
 *
 * @module
 */
import type { PartialContent, Partials } from "../http/origin.ts";
import { partialFileName } from "../http/partial_name.ts";
import { FileError, type PartialFile, type PartialFiles } from "../ports.ts";
import { isSame, isStill, joinPath, type Place } from "./place.ts";
import { StoredContent, type StorePorts } from "./stored_content.ts";

/** Those of one folder. */
export class StorePartials implements Partials {
  constructor(readonly ports: StorePorts, readonly files: PartialFiles, readonly place: Place) {}

  get folder(): string {
    return this.place.realPath;
  }

  create(id: string, notes: string): PartialContent {
    const path = this.#pathOf(id), file = this.files.create(path, notes);
    const content = new StoredPartial(this, path, file, notes);
    // SECURITY: the folder was set to another place just then, where nothing of ours is to stay.
    if (!isStill(this.ports, this.place, file)) {
      content.remove();
      throw new FileError("changed", path);
    }
    return content;
  }

  open(id: string): PartialContent | undefined {
    const { ports, place, files } = this, path = this.#pathOf(id);
    const notes = files.readNotes(path);
    if (notes === undefined) return undefined;
    // SECURITY: what somebody has put there is not written to.
    const isFile = ports.files.lstat(path)?.kind === "file";
    const content = new StoredPartial(this, path, isFile ? files.open(path) : undefined, notes);
    if (isStill(ports, place, ...content.file === undefined ? [] : [content.file])) return content;
    content.close();
    throw new FileError("changed", path);
  }

  #pathOf(id: string): string {
    return joinPath(this.place.path, `/${partialFileName(id)}`);
  }
}

/** Owns the open file. */
class StoredPartial implements PartialContent {
  #notes: string;

  /** @param file undefined where nothing is left but the notes */
  constructor(
    readonly of: StorePartials,
    readonly path: string,
    readonly file: PartialFile | undefined,
    notes: string,
  ) {
    this.#notes = notes;
  }

  get notes(): string {
    return this.#notes;
  }

  get isMissing(): boolean {
    return this.file === undefined;
  }

  get size(): number {
    return this.file?.size() ?? 0;
  }

  get modified(): number {
    return this.of.ports.files.lstat(this.path)?.modified ?? 0;
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.#there.write(bytes);
  }

  flush(onDisk: boolean): Promise<void> {
    return this.#there.flush(onDisk);
  }

  truncate(size: number): void {
    this.#there.truncate(size);
  }

  readAt(buffer: Uint8Array, offset: number): Promise<number> {
    return this.#there.readAt(buffer, offset);
  }

  note(notes: string): void {
    this.of.files.writeNotes(this.path, notes);
    this.#notes = notes;
  }

  setModified(time: number): void {
    this.#there.setModified(time);
  }

  commit(name: string, replace: boolean): void {
    new StoredContent(this.of.ports, this.of.place, this.#there).commit(name, replace);
  }

  isNamed(name: string): boolean {
    const { ports, place } = this.of, named = ports.files.lstat(joinPath(place.path, `/${name}`));
    return named !== undefined && this.file !== undefined && isSame(named, this.file.stat);
  }

  remove(): void {
    this.close();
    this.of.files.remove(this.path);
  }

  close(): void {
    this.file?.discard();
  }

  get #there(): PartialFile {
    if (this.file === undefined) throw new FileError("not found", this.path);
    return this.file;
  }
}

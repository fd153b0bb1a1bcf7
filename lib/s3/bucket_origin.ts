/**
 * What lies below a prefix of a bucket as an origin. Its folders are what keys have in common up to a slash.
 *
 * @module
 */
import { HttpError } from "../http/errors.ts";
import { andThen, type MaybePromise } from "../http/maybe_promise.ts";
import { objectUrl } from "../http/object_url.ts";
import type { FolderEntry, Origin, Representation } from "../http/origin.ts";
import { BucketObject } from "./bucket_object.ts";
import { type BucketView, FOLDER, type Seen } from "./bucket_view.ts";
import { isReachable, isShortEnough, keyOf, prefixOf } from "./keys.ts";
import type { ListingPage } from "./storage.ts";

/** As many as a page may have. */
const PAGE = 1000;

/** A folder with more is not listed: a list is whole or there is none. */
const MOST_ROWS = 1_000_000;

/** So many pages without anything new may come one after another. */
const MOST_EMPTY_PAGES = 1000;

/** A place in a bucket. */
export class BucketOrigin implements Origin {
  readonly root: string;

  /** @param prefix what keys begin with, without a slash at either end; empty for all of the bucket */
  constructor(readonly view: BucketView, readonly prefix: string) {
    this.root = objectUrl(view.bucket, prefix);
  }

  /**
   * What is at a path, at once where that is known. The place itself is a folder, also while nothing is in it, if it is not
   * one object.
   *
   * @param asFolder where a key is that of an object, and others go on behind it, the folder is meant
   * @throws {HttpError} by rejecting, as Storage has it
   */
  find(path: string, asFolder = false): MaybePromise<Seen> {
    const key = this.#keyOf(path);
    if (key === undefined) return undefined;
    if (key === "") return FOLDER;
    const seen = this.view.find(key), found = path === "" ? andThen(seen, orFolder) : seen;
    return asFolder ? andThen(found, (found) => this.#folderRather(key, found)) : found;
  }

  #folderRather(key: string, found: Seen): MaybePromise<Seen> {
    return found?.kind === "file"
      ? andThen(this.view.folderAt(key), (isFolder) => isFolder ? FOLDER : found)
      : found;
  }

  /** Nothing is known of the names in a folder without a look at each. */
  absentBeside(): undefined {
    return undefined;
  }

  /** As Origin has it, for what find() gave. @throws {HttpError} by rejecting, as Storage has it */
  findBeside(file: Representation, ending: string): MaybePromise<Seen> {
    return file instanceof BucketObject && isShortEnough(file.key + ending)
      ? this.view.find(file.key + ending)
      : undefined;
  }

  /** All that can be reached, page by page. @throws {HttpError} by rejecting, as Storage has it */
  async list(
    path: string,
    accepts: (name: string, isFile: boolean) => boolean,
  ): Promise<readonly FolderEntry[]> {
    const key = this.#keyOf(path);
    if (key === undefined) return [];
    const { storage, timeouts } = this.view, rows = new Rows(prefixOf(key), path === "", accepts);
    let start: string | undefined, empty = 0;
    do {
      const page = await storage.list({ prefix: rows.prefix, delimited: true, most: PAGE, start }, timeouts);
      empty = rows.add(page) ? 0 : empty + 1;
      if (page.next !== undefined && (page.next === start || empty > MOST_EMPTY_PAGES)) {
        throw this.#broken("goes on and on with nothing new");
      }
      if (rows.count > MOST_ROWS) throw this.#broken(`has more than ${MOST_ROWS} rows`);
      start = page.next;
    } while (start !== undefined);
    return rows.entries;
  }

  #keyOf(path: string): string | undefined {
    return path === "" ? this.prefix : keyOf(this.prefix, path);
  }

  #broken(why: string): HttpError {
    return new HttpError(502, `The listing of a folder in the bucket ${this.view.name} ${why}`);
  }
}

function orFolder(seen: Seen): Seen {
  return seen ?? FOLDER;
}

/** Those of one folder, each once, whatever the storage sends. */
class Rows {
  readonly entries: FolderEntry[] = [];
  readonly #seen = new Set<string>();

  constructor(
    readonly prefix: string,
    readonly isTop: boolean,
    readonly accepts: (name: string, isFile: boolean) => boolean,
  ) {}

  /** Of all that has come, also of what was not accepted. */
  get count(): number {
    return this.#seen.size;
  }

  /** @returns true if there was something new in it */
  add({ objects, prefixes }: ListingPage): boolean {
    const before = this.count;
    for (const { key, size, modified } of objects) {
      const name = this.#nameOf(key, true);
      if (name !== undefined) this.entries.push({ name, kind: "file", size, modified });
    }
    for (const prefix of prefixes) {
      const name = prefix.endsWith("/") ? this.#nameOf(prefix.slice(0, -1), false) : undefined;
      if (name !== undefined) this.entries.push({ name, kind: "directory", size: 0, modified: undefined });
    }
    return this.count > before;
  }

  /** Undefined for what is not shown: also for what marks the folder itself, whose key is the prefix. */
  #nameOf(key: string, isFile: boolean): string | undefined {
    const id = isFile ? key : `${key}/`;
    if (this.#seen.has(id)) return undefined;
    this.#seen.add(id);
    if (!key.startsWith(this.prefix)) return undefined;
    const name = key.slice(this.prefix.length);
    return isReachable(name, key, this.isTop) && this.accepts(name, isFile) ? name : undefined;
  }
}

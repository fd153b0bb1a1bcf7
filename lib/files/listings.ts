/**
 * The listings of one thread, of which each may cost a second of work. Who asks for a listing that has not begun to be
 * made waits for that one; only a few are made at a time, in slices; and one that would come out the same is not made
 * again. What is in a folder is looked at after the request has come, always.
 *
 * @module
 */
import { busy } from "../http/errors.ts";
import type { FolderEntry, Origin } from "../http/origin.ts";
import type { Turns } from "../http/turns.ts";
import type { ListingOptions } from "../pages/listing.ts";
import { KeptListings } from "./kept_listings.ts";
import { type ListingType, makeListing } from "./make_listing.ts";

/** So many are made at one time, in slices by turns. */
const AT_ONCE = 4;

/** So many different ones may wait to be made. */
const WAITING = 256;

/** How long one may wait to be made, in milliseconds. */
const PATIENCE = 10_000;

/** A folder, and how it is listed. */
export interface ListedFolder {
  readonly origin: Origin;
  /** In its origin. */
  readonly path: string;
  /** Decoded, for the title. */
  readonly urlPath: string;
  /** Whose folder it is: with the same one, `urlPath` tells all the rest. */
  readonly owner: object;
  /** What is added to the page. */
  readonly options: () => ListingOptions;
}

/** Has not begun: nobody has looked into the folder for it yet. */
interface Job {
  readonly folder: ListedFolder;
  readonly type: ListingType;
  readonly listing: PromiseWithResolvers<Uint8Array>;
  /** Takes back its deadline. */
  cancel(): void;
}

/** Makes the listings of one thread, and keeps some. */
export class Listings {
  /** By what is made, in the order in which it was asked for. */
  readonly #waiting = new Map<string, Job>();
  readonly #making = new Set<string>();
  readonly #kept = new KeptListings();
  readonly #owners = new WeakMap<object, number>();
  #nextOwner = 1;

  constructor(readonly turns: Turns) {}

  /**
   * A listing as it is sent, which nobody may change.
   *
   * @throws {FileError} if the folder cannot be read
   * @throws {HttpError} 503 if too many others are to be made before
   */
  get(folder: ListedFolder, type: ListingType): Promise<Uint8Array> {
    const key = `${this.#ownerOf(folder)} ${type} ${folder.urlPath}`;
    const shared = this.#waiting.get(key);
    if (shared !== undefined) return shared.listing.promise;
    if (this.#waiting.size >= WAITING) {
      return Promise.reject(tooMany(`${WAITING} other listings wait to be made`));
    }
    const job: Job = { folder, type, listing: Promise.withResolvers(), cancel: () => {} };
    this.#waiting.set(key, job);
    this.#begin();
    if (this.#waiting.get(key) === job) {
      job.cancel = this.turns.clock.after(PATIENCE, () => this.#giveUp(key, job));
    }
    return job.listing.promise;
  }

  #ownerOf({ owner }: ListedFolder): number {
    let number = this.#owners.get(owner);
    if (number === undefined) this.#owners.set(owner, number = this.#nextOwner++);
    return number;
  }

  /** Of the same listing only one is made at a time: all who come meanwhile share the next. */
  #begin(): void {
    for (const [key, job] of this.#waiting) {
      if (this.#making.size >= AT_ONCE) return;
      if (this.#making.has(key)) continue;
      this.#waiting.delete(key);
      this.#making.add(key);
      job.cancel();
      void this.#make(key, job);
    }
  }

  async #make(key: string, { folder, type, listing }: Job): Promise<void> {
    try {
      listing.resolve(await this.#made(key, folder, type));
    } catch (error) {
      listing.reject(error);
    }
    this.#making.delete(key);
    this.#begin();
  }

  async #made(key: string, folder: ListedFolder, type: ListingType): Promise<Uint8Array> {
    const { origin, path, urlPath } = folder;
    const isRoot = urlPath === "/";
    const found: readonly FolderEntry[] = await origin.list(
      path,
      (name) => !name.startsWith(".") || (isRoot && name === ".well-known"),
    );
    const kept = this.#kept.get(key, found);
    if (kept !== undefined) return kept;
    const listing = await makeListing(type, urlPath, found, folder.options(), this.turns.begin());
    this.#kept.put(key, found, listing);
    return listing;
  }

  #giveUp(key: string, job: Job): void {
    this.#waiting.delete(key);
    job.listing.reject(tooMany(`a listing has waited to be made for ${PATIENCE / 1000} s`));
  }
}

function tooMany(why: string): Error {
  return busy(why, `Too many folders are listed at once: ${why}`);
}

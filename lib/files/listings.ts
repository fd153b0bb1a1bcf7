/**
 * The listings of one thread, of which each may cost a second of work. Who asks for a listing that has not begun to be
 * made waits for that one; only a few are made at a time, in slices; and one that would come out the same is not made
 * again. What is in a folder is looked at after the request has come, always.
 *
 * @module
 */
import { busy } from "../http/errors.ts";
import type { MaybePromise } from "../http/maybe_promise.ts";
import type { FolderEntry, Origin } from "../http/origin.ts";
import { Room } from "../http/room.ts";
import type { Turn, Turns } from "../http/turns.ts";
import type { ListingOptions, ToldByName } from "../pages/listing.ts";
import { keyOfView, type ListingView } from "../pages/listing/view.ts";
import { KeptListings } from "./kept_listings.ts";
import type { ListingType, MadeListing } from "./make_listing.ts";

/** So many are made at one time, in slices by turns. */
const AT_ONCE = 4;

/** So many different ones may wait to be made. */
const WAITING = 256;

/** So many searches there may be at one time. */
const SEARCHES = 16;

/** So many archives there may be at one time: each holds a folder of each level, and what its end will say of all entries. */
const ARCHIVES = 32;

/** How long one may wait to be made, in milliseconds. */
const PATIENCE = 10_000;

/** A folder, and how it is listed. */
export interface ListedFolder {
  readonly origin: Origin;
  /** In its origin. */
  readonly path: string;
  /** Decoded, for the title. */
  readonly urlPath: string;
  /** Whose folder it is: with the same one, `urlPath` tells where it is. */
  readonly owner: object;
  readonly view: ListingView;
  /** What else the listing depends on, e.g. what whoever asks may do there: with the same one, `options` gives the same. */
  readonly variant: string;
  /** Tells those apart who may see different entries, as `shows` has it; empty: nobody. */
  readonly viewer: string;
  /** What is added to the page. */
  readonly options: (found: readonly FolderEntry[]) => MaybePromise<ListingOptions>;
  /** True for entries that whoever asks may see; undefined: all of them. */
  readonly shows?: ((entry: FolderEntry) => boolean) | undefined;
  /** What GET makes of a file, as far as its name tells. */
  readonly told: (name: string) => ToldByName;
}

/** Has not begun: nobody has looked into the folder for it yet. */
interface Job {
  readonly folder: ListedFolder;
  readonly type: ListingType;
  readonly listing: PromiseWithResolvers<MadeListing>;
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
  /** Searches that are on their way. */
  readonly searches = new Room(SEARCHES);
  /** Archives that are on their way. */
  readonly archives = new Room(ARCHIVES);

  constructor(readonly turns: Turns) {}

  /**
   * A listing as it is sent, which nobody may change.
   *
   * @throws {FileError} if the folder cannot be read
   * @throws {HttpError} 503 if too many others are to be made before
   */
  get(folder: ListedFolder, type: ListingType): Promise<MadeListing> {
    const key = this.#keyOf(folder, type) + folder.viewer;
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

  #keyOf(folder: ListedFolder, type: ListingType): string {
    const { view, variant, urlPath } = folder;
    return JSON.stringify([this.#ownerOf(folder), type, keyOfView(view), variant, urlPath]);
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
      listing.resolve(await this.#made(this.#keyOf(folder, type), folder, type));
    } catch (error) {
      listing.reject(error);
    }
    this.#making.delete(key);
    this.#begin();
  }

  async #made(key: string, folder: ListedFolder, type: ListingType): Promise<MadeListing> {
    const { origin, path, urlPath, shows, view, told } = folder;
    const isRoot = urlPath === "/";
    const all: readonly FolderEntry[] = await origin.list(
      path,
      (name) => !name.startsWith(".") || (isRoot && name === ".well-known"),
    );
    const turn = this.turns.begin();
    const found = shows === undefined ? all : await filterInTurns(all, shows, turn);
    const kept = this.#kept.get(key, found);
    if (kept !== undefined) return kept;
    // PERF: the page and its script are loaded with the first one.
    const { makeListing } = await import("./make_listing.ts");
    const listing = await makeListing(
      { type, urlPath, view, options: await folder.options(found), told },
      found,
      turn,
    );
    this.#kept.put(key, found, listing);
    return listing;
  }

  #giveUp(key: string, job: Job): void {
    this.#waiting.delete(key);
    job.listing.reject(tooMany(`a listing has waited to be made for ${PATIENCE / 1000} s`));
  }
}

async function filterInTurns(
  all: readonly FolderEntry[],
  shows: (entry: FolderEntry) => boolean,
  turn: Turn,
): Promise<FolderEntry[]> {
  const shown: FolderEntry[] = [];
  for (const entry of all) {
    if (turn.isOver()) await turn.next();
    if (shows(entry)) shown.push(entry);
  }
  return shown;
}

function tooMany(why: string): Error {
  return busy(why, `Too many folders are listed at once: ${why}`);
}

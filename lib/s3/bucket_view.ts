/**
 * What one thread knows of a bucket, for all locations that ask in the same way: looks at its objects, believed for a short
 * time, and contents of small ones, used while their tag is confirmed. Nothing here waits for another key.
 *
 * @module
 */
import type { ClientTimeouts } from "../http/http_client.ts";
import { BEGINNING, typeByContent } from "../http/media_type.ts";
import { andThen, type MaybePromise } from "../http/maybe_promise.ts";
import type { BodySource } from "../http/message.ts";
import type { Folder } from "../http/origin.ts";
import type { ByteRange } from "../http/ranges.ts";
import { type Clock, FileError } from "../ports.ts";
import { BucketObject, type ObjectContents, toldType } from "./bucket_object.ts";
import type { ContentCache } from "./content_cache.ts";
import type { Generations } from "./generations.ts";
import { prefixOf } from "./keys.ts";
import { Looks } from "./looks.ts";
import { asHttpError, KeptSource, openRanges, readRange } from "./object_source.ts";
import type { BucketSettings, ObjectHead, Storage } from "./storage.ts";

/** What is at a key: an object, something that keys go on behind, or nothing. */
export type Seen = BucketObject | Folder | undefined;

/** What a view is made of. */
export interface BucketViewParts {
  readonly storage: Storage;
  readonly settings: Pick<BucketSettings, "name" | "bucket">;
  readonly timeouts: ClientTimeouts;
  /** False: any certificate of the storage's is taken, and what comes so is nobody else's. */
  readonly isVerified?: boolean;
  /** Of the thread. */
  readonly contents: ContentCache;
  /** Of this bucket. */
  readonly generations: Generations;
  readonly clock: Pick<Clock, "monotonic">;
  /** For so long a look is believed, in milliseconds. */
  readonly age: number;
}

/** Folders have nothing of their own. */
export const FOLDER: Folder = { kind: "directory" };

/** So many objects are remembered of which it was asked whether they are folders as well. */
const FOLDERS_KEPT = 1000;

/** So often it is looked again where an object is another when its first bytes are asked for. */
const ATTEMPTS = 3;

/** A bucket as it is looked at with one set of timeouts. */
export class BucketView implements ObjectContents {
  readonly name: string;
  readonly scope: string;
  readonly bucket: string;
  readonly storage: Storage;
  readonly timeouts: ClientTimeouts;
  readonly #contents: ContentCache;
  readonly #generations: Generations;
  readonly #looks: Looks<Seen>;
  /** Of keys that objects have. */
  readonly #folders: Looks<boolean>;

  constructor(
    { storage, settings, timeouts, isVerified = true, contents, generations, clock, age }: BucketViewParts,
  ) {
    this.name = settings.name;
    this.scope = isVerified ? this.name : `unverified ${this.name}`;
    this.bucket = settings.bucket;
    this.storage = storage;
    this.timeouts = timeouts;
    this.#contents = contents;
    this.#generations = generations;
    this.#looks = new Looks({ clock, generations, age });
    this.#folders = new Looks({ clock, generations, age, most: FOLDERS_KEPT });
  }

  /** What is at a key, at once where that is known. @throws {HttpError} by rejecting, as Storage has it */
  find(key: string): MaybePromise<Seen> {
    return this.#looks.at(key, (before) => this.#look(key, before));
  }

  /** True if keys go on behind a key, whatever has the key itself. @throws {HttpError} by rejecting, as Storage has it */
  folderAt(key: string): MaybePromise<boolean> {
    return this.#folders.at(key, () => this.#isFolder(key));
  }

  /** Something was stored under a key or removed: no thread believes an older look any more. */
  changed(key: string): void {
    this.#generations.bump(key);
    this.#looks.drop(key);
  }

  content({ id }: BucketObject): Uint8Array | undefined {
    return this.#contents.get(id);
  }

  derived({ id }: BucketObject, name: string): Uint8Array | undefined {
    return this.#contents.get(`${name} ${id}`);
  }

  derive({ id }: BucketObject, name: string, make: () => Promise<Uint8Array>): Promise<Uint8Array> {
    return this.#contents.once(`${name} ${id}`, () =>
      make().catch((error) => {
        throw asHttpError(error);
      }));
  }

  open(object: BucketObject, ranges: readonly ByteRange[]): MaybePromise<BodySource> {
    const content = object.content() ?? (isAllOf(object, ranges) ? this.#load(object) : undefined);
    if (content === undefined) return openRanges(ranges, (range) => this.#get(object, range));
    return andThen(content, (content) => new KeptSource(content, ranges));
  }

  /** Undefined where it is better read piece by piece. */
  #load(object: BucketObject): Promise<Uint8Array> | undefined {
    const all = { start: 0, end: object.size };
    return this.#contents.load(
      object.id,
      object.size,
      () => readRange(all, (range) => this.#get(object, range)),
    );
  }

  async #get({ key, etag, size }: BucketObject, range: ByteRange): Promise<BodySource> {
    const isAll = range.start === 0 && range.end === size;
    try {
      return await this.storage.get(key, etag, isAll ? undefined : range, this.timeouts);
    } catch (error) {
      if (error instanceof FileError && error.problem === "changed") this.#looks.drop(key);
      throw error;
    }
  }

  async #look(key: string, before: Seen): Promise<Seen> {
    for (let attempt = 1;; attempt++) {
      const head = await this.storage.head(key, this.timeouts);
      if (head === undefined) return await this.#isFolder(key) ? FOLDER : undefined;
      if (before?.kind === "file" && before.isStill(head)) return before;
      try {
        return new BucketObject(this, key, head, toldType(key, head) ?? await this.#typeOf(key, head));
      } catch (error) {
        if (!(error instanceof FileError) || error.problem !== "changed" || attempt === ATTEMPTS) throw error;
      }
    }
  }

  /** Also tells why the storage refuses us, which the answer to a HEAD has no words for. */
  async #isFolder(key: string): Promise<boolean> {
    const prefix = prefixOf(key);
    const { objects, prefixes } = await this.storage.list(
      { prefix, delimited: false, most: 1 },
      this.timeouts,
    );
    return objects.some(({ key }) => key.startsWith(prefix)) ||
      prefixes.some((other) => other.startsWith(prefix));
  }

  async #typeOf(key: string, head: ObjectHead): Promise<string> {
    const untyped = new BucketObject(this, key, head, "");
    const content = untyped.content() ?? await this.#load(untyped);
    if (content !== undefined) return typeByContent(key, content.subarray(0, BEGINNING));
    const beginning = { start: 0, end: Math.min(head.size, BEGINNING) };
    return typeByContent(key, await readRange(beginning, (range) => this.#get(untyped, range)));
  }
}

function isAllOf({ size }: BucketObject, ranges: readonly ByteRange[]): boolean {
  const [range] = ranges;
  return ranges.length === 1 && range!.start === 0 && range!.end === size;
}

/**
 * The buckets of one configuration as one thread sees them. Locations that ask for the same bucket in the same way share one
 * view of it, and all of them the room for contents.
 *
 * @module
 */
import type { ClientTimeouts } from "../http/http_client.ts";
import type { Clock } from "../ports.ts";
import { BucketOrigin } from "./bucket_origin.ts";
import { BucketView } from "./bucket_view.ts";
import { ContentCache } from "./content_cache.ts";
import { Generations } from "./generations.ts";
import type { BucketSettings, Storage } from "./storage.ts";

/** How a location asks. */
export interface ViewAccess {
  readonly timeouts: ClientTimeouts;
  /** The certificate of the storage has to be one that is believed. */
  readonly verify: boolean;
}

/** A bucket, and how it is asked. */
export interface AccessibleBucket {
  readonly settings: Pick<BucketSettings, "name" | "bucket">;
  readonly storage: Storage;
}

/** What views are made of. */
export interface BucketViewsParts {
  /** The bucket of a name in the configuration. */
  readonly bucketOf: (name: string, access: ViewAccess) => AccessibleBucket;
  /** As Generations has it, of GENERATIONS_BYTES: shared by all threads. */
  readonly generations: SharedArrayBuffer | ArrayBuffer;
  readonly clock: Pick<Clock, "monotonic">;
  /** `bucket_cache`: for so long a look is believed, in milliseconds. */
  readonly age: number;
  /** `bucket_cache_size`: bytes of contents. */
  readonly room: number;
}

/** Made when they are asked for: as many as there are ways to ask in the configuration. */
export class BucketViews {
  readonly #views = new Map<string, BucketView>();
  readonly #contents: ContentCache;

  constructor(readonly parts: BucketViewsParts) {
    this.#contents = new ContentCache(parts.room);
  }

  /** The view that stores have to tell of what they change. @param name in the configuration */
  viewOf(name: string, access: ViewAccess): BucketView {
    const { connect, read } = access.timeouts, way = `${connect} ${read} ${access.verify} ${name}`;
    let view = this.#views.get(way);
    if (view === undefined) this.#views.set(way, view = this.#make(name, access));
    return view;
  }

  /** The origin of a place. @param prefix without a slash at either end */
  originOf(
    { name, prefix }: { readonly name: string; readonly prefix: string },
    access: ViewAccess,
  ): BucketOrigin {
    return new BucketOrigin(this.viewOf(name, access), prefix);
  }

  #make(name: string, access: ViewAccess): BucketView {
    const { bucketOf, generations, clock, age } = this.parts;
    const bucket = bucketOf(name, access);
    return new BucketView({
      ...bucket,
      timeouts: access.timeouts,
      isVerified: access.verify,
      contents: this.#contents,
      // By the storage's name: the configuration may have several for it, e.g. with other keys.
      generations: new Generations(generations, bucket.settings.bucket),
      clock,
      age,
    });
  }
}

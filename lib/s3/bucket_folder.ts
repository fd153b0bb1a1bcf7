/**
 * A folder of a bucket that may be written to: what begins with a prefix. There are no folders in a bucket, so that every
 * one is there; what has a name is asked of the storage each time, since what is stored depends on it.
 *
 * @module
 */
import type { ClientTimeouts } from "../http/http_client.ts";
import type { MaybePromise } from "../http/maybe_promise.ts";
import type { ContentOf, NewContent, Occupant, WritableFolder } from "../http/origin.ts";
import { FileError } from "../ports.ts";
import { BucketContent } from "./bucket_content.ts";
import { isReachable, prefixOf } from "./keys.ts";
import type { Storage } from "./storage.ts";
import type { Uploading } from "./uploading.ts";

/** What folders of a store have in common. */
export interface FolderParts {
  readonly storage: Storage;
  readonly timeouts: ClientTimeouts;
  readonly uploading: Uploading;
  /** Is told of each key that has changed, before whoever changed it is answered. */
  readonly changed: (key: string) => void;
  /** `s3://BUCKET`, for messages. */
  readonly bucket: string;
}

/** Found by its store. */
export class BucketFolder implements WritableFolder {
  /**
   * @param key empty for all of the bucket
   * @param isTop it is the store itself
   */
  constructor(readonly parts: FolderParts, readonly key: string, readonly isTop: boolean) {}

  get identity(): string {
    return this.#pathOf(this.key);
  }

  async occupant(name: string): Promise<Occupant> {
    const { storage, timeouts } = this.parts, key = this.#keyOf(name);
    if (!isReachable(name, key, this.isTop)) return { kind: "unfit" };
    const head = await storage.head(key, timeouts);
    if (head !== undefined) {
      const { etag, modified, size } = head;
      return { kind: "file", validators: { etag, modified }, size };
    }
    return { kind: await this.#isEmpty(key) ? "nothing" : "folder" };
  }

  create(of: ContentOf): NewContent {
    return new BucketContent({ ...this.parts, keyOf: (name) => this.#reachable(name) }, of);
  }

  async remove(name: string): Promise<void> {
    await this.#remove(this.#reachable(name));
  }

  /** A folder without content is there where somebody has stored an object that has its name with a slash behind it. */
  async removeEmpty(name: string): Promise<void> {
    const { storage, timeouts } = this.parts, key = this.#reachable(name), prefix = prefixOf(key);
    const { objects } = await storage.list({ prefix, delimited: false, most: 2 }, timeouts);
    if (objects.length === 0) throw new FileError("not found", this.#pathOf(key));
    if (objects.length > 1 || objects[0]!.key !== prefix) throw new FileError("not empty", this.#pathOf(key));
    await this.#remove(prefix);
  }

  /** What has been answered is kept, as the storage keeps things. */
  sync(): void {}

  /** The storage is written to by others as well: what must hold is asked of it with what is stored. */
  exclusively<T>(_name: string, act: () => MaybePromise<T>): MaybePromise<T> {
    return act();
  }

  async #remove(key: string): Promise<void> {
    const { storage, timeouts, changed } = this.parts;
    try {
      await storage.remove(key, timeouts);
    } finally {
      // Where the storage did not say so, it may be gone all the same.
      changed(key);
    }
  }

  async #isEmpty(key: string): Promise<boolean> {
    const { storage, timeouts } = this.parts;
    const page = await storage.list({ prefix: prefixOf(key), delimited: false, most: 1 }, timeouts);
    return page.objects.length === 0 && page.prefixes.length === 0;
  }

  #keyOf(name: string): string {
    return prefixOf(this.key) + name;
  }

  /** SECURITY: nothing is stored or removed that no request could read. @throws {FileError} */
  #reachable(name: string): string {
    const key = this.#keyOf(name);
    if (isReachable(name, key, this.isTop)) return key;
    throw new FileError("denied", this.#pathOf(key), { cause: new Error("no request can reach such a key") });
  }

  #pathOf(key: string): string {
    return `${this.parts.bucket}/${key}`;
  }
}

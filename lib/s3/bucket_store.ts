/**
 * A place in a bucket that files are stored in.
 *
 * @module
 */
import { objectUrl } from "../http/object_url.ts";
import type { WritableOrigin } from "../http/origin.ts";
import { BucketFolder, type FolderParts } from "./bucket_folder.ts";
import type { BucketView } from "./bucket_view.ts";
import { keyOf } from "./keys.ts";
import type { Uploading } from "./uploading.ts";

/** A store. */
export class BucketStore implements WritableOrigin<BucketFolder> {
  readonly root: string;

  /** @param prefix what its keys begin with, without a slash at either end; empty for all of the bucket */
  constructor(readonly parts: FolderParts, readonly prefix: string) {
    this.root = prefix === "" ? parts.bucket : `${parts.bucket}/${prefix}`;
  }

  /** Every folder is there, but for those that cannot be reached. */
  folder(path: string): BucketFolder | "outside" {
    if (path === "") return new BucketFolder(this.parts, this.prefix, true);
    const key = keyOf(this.prefix, path);
    return key === undefined ? "outside" : new BucketFolder(this.parts, key, false);
  }
}

/** The store of a place, whose changes are seen in all threads at once. @param view of its bucket, by the same timeouts */
export function storeOf(view: BucketView, prefix: string, uploading: Uploading): BucketStore {
  const { storage, timeouts, bucket } = view, changed = (key: string) => view.changed(key);
  return new BucketStore({ storage, timeouts, uploading, changed, bucket: objectUrl(bucket, "") }, prefix);
}

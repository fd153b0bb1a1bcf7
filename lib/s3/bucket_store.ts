/**
 * A place in a bucket that files are stored in.
 *
 * @module
 */
import type { WritableOrigin } from "../http/origin.ts";
import { BucketFolder, type FolderParts } from "./bucket_folder.ts";
import { keyOf } from "./keys.ts";

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

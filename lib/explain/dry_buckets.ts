/**
 * Buckets that nobody is asked about: what lies in them, and what comes of storing there, is left open. No storage is
 * connected to, so explaining costs nobody anything.
 *
 * @module
 */
import { BytesSource } from "../http/bytes_source.ts";
import { FieldBlock } from "../http/fields.ts";
import type { Response } from "../http/message.ts";
import { objectUrl } from "../http/object_url.ts";
import type { Folder, Origin, Representation } from "../http/origin.ts";
import type { BucketPlace } from "../config/types.ts";
import type { Buckets } from "../site/buckets.ts";

/** Where something may lie. */
class UnknownOrigin implements Origin {
  readonly #object: Representation;
  readonly #folder: Folder;

  constructor(readonly root: string, instead: Response) {
    this.#folder = { kind: "directory", instead };
    this.#object = {
      kind: "file",
      instead,
      path: root,
      size: 0,
      modified: 0,
      etag: '""',
      contentType: "application/octet-stream",
      validators: FieldBlock.EMPTY,
      fields: FieldBlock.EMPTY,
      content: () => undefined,
      open: () => new BytesSource(new Uint8Array()),
    };
  }

  find(_path: string, asFolder?: boolean): Representation | Folder {
    return asFolder ? this.#folder : this.#object;
  }

  list(): Promise<readonly never[]> {
    return Promise.resolve([]);
  }
}

/**
 * @param bucketOf the storage's name of a bucket, by the configuration's
 * @param instead what is answered in place of what lies there, or of what is stored
 */
export function dryBuckets(bucketOf: (name: string) => string, instead: Response): Buckets {
  const rootOf = ({ name, prefix }: BucketPlace) => objectUrl(bucketOf(name), prefix);
  return {
    originOf: (place) => new UnknownOrigin(rootOf(place), instead),
    storeOf: (place) => ({ root: rootOf(place), instead, folder: () => "outside" }),
  };
}

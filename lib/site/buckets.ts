/**
 * What makes origins and stores of places in buckets, as a site knows it: lib/s3, which is loaded with the first
 * configuration that wants it.
 *
 * @module
 */
import type { ClientTimeouts } from "../http/http_client.ts";
import type { Origin, WritableOrigin } from "../http/origin.ts";

/** A place in a bucket, as a location names it. */
export interface BucketPlace {
  /** Of the configuration's `buckets`. */
  readonly name: string;
  /** What keys begin with, without a slash at either end; empty for all of the bucket. */
  readonly prefix: string;
}

/** How a location asks for what lies there. */
export interface BucketAccess {
  readonly timeouts: ClientTimeouts;
  /** The certificate of the storage has to be one that is believed. */
  readonly verify: boolean;
}

/** The buckets of one configuration, in one thread. */
export interface Buckets {
  originOf(place: BucketPlace, access: BucketAccess): Origin;
  storeOf(place: BucketPlace, access: BucketAccess): WritableOrigin;
}

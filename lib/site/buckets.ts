/**
 * What makes origins and stores of places in buckets, as a site knows it: lib/s3, which is loaded with the first
 * configuration that wants it.
 *
 * @module
 */
import type { BucketPlace } from "../config/types.ts";
import type { ClientTimeouts } from "../http/http_client.ts";
import type { Origin, WritableOrigin } from "../http/origin.ts";

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

/**
 * What a bucket of S3-compatible object storage can do, as origins and stores need it. `Bucket` (bucket.ts) does it over
 * HTTP; tests have one in memory.
 *
 * @module
 */
import type { ClientTimeouts } from "../http/http_client.ts";
import type { BodySource } from "../http/message.ts";
import type { ByteRange } from "../http/ranges.ts";

/** Where a bucket is, and who asks. */
export interface BucketSettings {
  /** Its name in the configuration, for the log. */
  readonly name: string;
  /** The storage's own name for it. */
  readonly bucket: string;
  readonly region: string;
  /** Undefined with the secret: requests are not signed. */
  readonly accessKey: string | undefined;
  /** SECURITY: never part of an error, a log line or a page. */
  readonly secretKey: string | undefined;
  /** The bucket stands in the path, else before the host's name. */
  readonly pathStyle: boolean;
  /** Of the endpoint: host, and the port where it is not the scheme's. Without pathStyle the bucket's name comes before it. */
  readonly authority: string;
  readonly tls: boolean;
}

/** What the storage says of an object. */
export interface ObjectHead {
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly modified: number;
  /** A strong entity tag with its quotes, as RFC 9110 section 8.8.3 has it. */
  readonly etag: string;
  /** As it was stored; undefined where nothing was. */
  readonly contentType: string | undefined;
  /** What else was stored with it: Cache-Control, Content-Encoding, Content-Language, Content-Disposition. */
  readonly fields: readonly (readonly [name: string, value: string])[];
}

/** One object of a listing. */
export interface ListedObject {
  readonly key: string;
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly modified: number;
}

/** A piece of a listing, in the order of the keys' bytes. */
export interface ListingPage {
  readonly objects: readonly ListedObject[];
  /** Common prefixes, each with the slash at its end. */
  readonly prefixes: readonly string[];
  /** Where the next one begins; undefined at the end. */
  readonly next: string | undefined;
}

/** What is asked of a listing. */
export interface ListingOptions {
  readonly prefix: string;
  /** Keys with a slash behind the prefix come together as one prefix. */
  readonly delimited: boolean;
  /** Objects and prefixes of a page at most, up to 1000. */
  readonly most: number;
  /** As ListingPage.next. */
  readonly start?: string | undefined;
}

/** What has to hold for what is stored, where the storage heeds it. */
export interface PutConditions {
  /** Nothing may have the key yet (If-None-Match: *). */
  readonly mustBeNew?: boolean;
  /** What has the key must have this tag (If-Match). */
  readonly over?: string | undefined;
}

/** What is stored with content. */
export interface PutOptions extends PutConditions {
  /** Undefined: nothing is said of it. */
  readonly contentType?: string | undefined;
}

/** Content that is being put together of parts: a multipart upload. */
export interface PartsOf {
  readonly key: string;
  readonly id: string;
}

/** A part that has been stored. */
export interface StoredPart {
  /** From 1. */
  readonly number: number;
  readonly etag: string;
}

/**
 * One bucket. Keys are text as people have it, not encoded. Every method rejects with an HttpError where the storage fails:
 * 502 if it cannot be reached, refuses us, has no such bucket, or breaks a rule; 504 if it is too slow. Its message and its
 * log line have the bucket's name and the storage's reason, and no key of ours.
 */
export interface Storage {
  /** Undefined where no such object is, or where we are not told of it: list() says why then. */
  head(key: string, timeouts: ClientTimeouts): Promise<ObjectHead | undefined>;
  /**
   * The bytes of a range, or of all of it, piece by piece: nothing is read ahead of whoever reads but what buffers hold.
   * Whoever has it closes it.
   *
   * @param etag of what is wanted
   * @throws {FileError} "changed" where that is another, or gone, by now
   */
  get(key: string, etag: string, range: ByteRange | undefined, timeouts: ClientTimeouts): Promise<BodySource>;
  list(options: ListingOptions, timeouts: ClientTimeouts): Promise<ListingPage>;
  /**
   * Stores content that is at hand, whole or not at all.
   *
   * @returns its tag
   * @throws {FileError} "exists" or "changed" where a condition does not hold
   */
  put(key: string, content: Uint8Array, options: PutOptions, timeouts: ClientTimeouts): Promise<string>;
  /** Removes an object; nothing happens where there is none. */
  remove(key: string, timeouts: ClientTimeouts): Promise<void>;
  /** Begins content of parts. Whoever has it completes or aborts it. */
  beginParts(
    key: string,
    options: Pick<PutOptions, "contentType">,
    timeouts: ClientTimeouts,
  ): Promise<PartsOf>;
  /**
   * Stores a part: of 5 MiB at least, but for the last.
   *
   * @param content at hand, or a stream of a known length
   */
  putPart(
    upload: PartsOf,
    number: number,
    content: Uint8Array | PartContent,
    timeouts: ClientTimeouts,
  ): Promise<StoredPart>;
  /** @returns the tag of the whole @throws {FileError} as put() does */
  completeParts(
    upload: PartsOf,
    parts: readonly StoredPart[],
    conditions: PutConditions,
    timeouts: ClientTimeouts,
  ): Promise<string>;
  /** Gives up what has been stored of it. Never rejects: what cannot be given up is said in the log. */
  abortParts(upload: PartsOf, timeouts: ClientTimeouts): Promise<void>;
}

/** A part that comes as it is read. Its bytes are not part of the signature. */
export interface PartContent {
  /** Bytes. */
  readonly length: number;
  /** The next piece, valid until the next call; null at the end. */
  read(): Promise<Uint8Array | null>;
}

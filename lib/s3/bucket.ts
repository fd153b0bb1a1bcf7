/**
 * One bucket of S3-compatible storage, over HTTP. What the storage answers is believed only so far as it is what was asked
 * for: a piece of another object, or of another length, is none. No redirect is followed.
 *
 * @module
 */
import type { Field } from "../http/fields.ts";
import type { ClientTimeouts, HttpClient } from "../http/http_client.ts";
import type { BodySource } from "../http/message.ts";
import type { ByteRange } from "../http/ranges.ts";
import { type Clock, type ErrorLog, FileError } from "../ports.ts";
import {
  conditionFields,
  errorOfPut,
  faultOfContent,
  isGone,
  isOfAnother,
  reasonOf,
  storedTag,
  typeFields,
} from "./answers.ts";
import { listingOf } from "./documents.ts";
import { brokenAnswer, documentOf, errorOfRefusal, faultOf, fileError, refusalOf } from "./errors.ts";
import { objectHeadOf } from "./metadata.ts";
import { MultipartUploads } from "./multipart.ts";
import { NamedSource } from "./named_source.ts";
import { SignedClient } from "./signed_client.ts";
import type {
  BucketSettings,
  ListingOptions,
  ListingPage,
  ObjectHead,
  PartContent,
  PartsOf,
  PutConditions,
  PutOptions,
  Storage,
  StoredPart,
} from "./storage.ts";

/** What a bucket works with. */
export interface BucketPorts {
  readonly client: HttpClient;
  readonly clock: Pick<Clock, "now" | "after">;
  readonly errorLog: Pick<ErrorLog, "warning">;
}

/** Holds nothing that has to be released: connections are the client's. */
export class Bucket implements Storage {
  readonly #client: SignedClient;
  readonly #uploads: MultipartUploads;
  /** To store over something (If-Match), its tag has to be without quotes for radosgw, whose word for that is 412. */
  #comparesBare = false;

  constructor(settings: BucketSettings, readonly ports: BucketPorts) {
    this.#client = new SignedClient(settings, ports.client, ports.clock);
    this.#uploads = new MultipartUploads(this.#client, ports.errorLog);
  }

  /** Without the secret. */
  get settings(): BucketSettings {
    return this.#client.settings;
  }

  async head(key: string, timeouts: ClientTimeouts): Promise<ObjectHead | undefined> {
    const answer = await this.#client.ask({ method: "HEAD", key }, timeouts);
    const { status, fields, body } = answer;
    if (status !== 200) {
      const refusal = await refusalOf(answer);
      if (status === 404 || status === 403) return undefined;
      throw errorOfRefusal(refusal, this.settings, key);
    }
    body.close();
    const head = objectHeadOf(fields, this.ports.clock.now());
    if (typeof head === "string") throw brokenAnswer(this.settings, `${head} for HEAD`);
    return head;
  }

  async get(
    key: string,
    etag: string,
    range: ByteRange | undefined,
    timeouts: ClientTimeouts,
  ): Promise<BodySource> {
    const wanted: Field[] = range === undefined ? [] : [["Range", `bytes=${range.start}-${range.end - 1}`]];
    const answer = await this.#client.ask(
      { method: "GET", key, fields: [["If-Match", etag], ...wanted] },
      timeouts,
    );
    if (answer.status !== 200 && answer.status !== 206) {
      const refusal = await refusalOf(answer);
      throw isGone(refusal)
        ? fileError("changed", this.settings, key, reasonOf(refusal))
        : errorOfRefusal(refusal, this.settings, key);
    }
    const fault = faultOfContent(answer, range);
    const isAnother = isOfAnother(answer, etag);
    if (fault === undefined && !isAnother) return new NamedSource(this.settings.name, answer.body);
    answer.body.close();
    throw isAnother
      ? fileError("changed", this.settings, key, "its tag is another one")
      : brokenAnswer(this.settings, fault!);
  }

  async list(options: ListingOptions, timeouts: ClientTimeouts): Promise<ListingPage> {
    const { prefix, delimited, most, start } = options;
    const answer = await this.#client.ask({
      method: "GET",
      parameters: {
        "list-type": 2,
        "encoding-type": "url",
        "max-keys": most,
        prefix: prefix === "" ? undefined : prefix,
        delimiter: delimited ? "/" : undefined,
        "continuation-token": start,
      },
    }, timeouts);
    if (answer.status !== 200) throw errorOfRefusal(await refusalOf(answer), this.settings);
    const document = await documentOf(answer, this.settings);
    try {
      return listingOf(document, options);
    } catch (error) {
      throw faultOf(error, this.settings);
    }
  }

  async put(
    key: string,
    content: Uint8Array,
    options: PutOptions,
    timeouts: ClientTimeouts,
  ): Promise<string> {
    const { over } = options;
    for (let hasTurned = false;; hasTurned = true) {
      const fields = [
        ...typeFields(options.contentType),
        ...conditionFields({ ...options, over: this.#comparesBare ? over?.slice(1, -1) : over }),
      ];
      const answer = await this.#client.ask({ method: "PUT", key, content, fields }, timeouts);
      if (answer.status === 200) return storedTag(answer, this.settings);
      const error = errorOfPut(await refusalOf(answer), options, this.settings, key);
      const isUnmet = error instanceof FileError && error.problem === "changed";
      if (!isUnmet || hasTurned || (await this.head(key, timeouts))?.etag !== over) throw error;
      this.#comparesBare = !this.#comparesBare;
    }
  }

  async remove(key: string, timeouts: ClientTimeouts): Promise<void> {
    const answer = await this.#client.ask({ method: "DELETE", key }, timeouts);
    if (answer.status === 204 || answer.status === 200) return answer.body.close();
    const refusal = await refusalOf(answer);
    if (refusal.status !== 404 || refusal.code === "NoSuchBucket") {
      throw errorOfRefusal(refusal, this.settings, key);
    }
  }

  beginParts(
    key: string,
    options: Pick<PutOptions, "contentType">,
    timeouts: ClientTimeouts,
  ): Promise<PartsOf> {
    return this.#uploads.begin(key, options, timeouts);
  }

  putPart(
    upload: PartsOf,
    number: number,
    content: Uint8Array | PartContent,
    timeouts: ClientTimeouts,
  ): Promise<StoredPart> {
    return this.#uploads.put(upload, number, content, timeouts);
  }

  async completeParts(
    upload: PartsOf,
    parts: readonly StoredPart[],
    conditions: PutConditions,
    timeouts: ClientTimeouts,
  ): Promise<string> {
    const tag = await this.#uploads.complete(upload, parts, conditions, timeouts) ??
      (await this.head(upload.key, timeouts))?.etag;
    if (tag === undefined) throw brokenAnswer(this.settings, "what was completed is not there");
    return tag;
  }

  abortParts(upload: PartsOf, timeouts: ClientTimeouts): Promise<void> {
    return this.#uploads.abort(upload, timeouts);
  }
}

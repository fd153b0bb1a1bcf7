/**
 * An object of a bucket as it was when it was looked at.
 *
 * @module
 */
import { isFieldValue } from "../bytes/ascii.ts";
import { formatHttpDate } from "../http/date.ts";
import { FieldBlock } from "../http/fields.ts";
import { typeByName } from "../http/media_type.ts";
import type { MaybePromise } from "../http/maybe_promise.ts";
import type { BodySource } from "../http/message.ts";
import { objectUrl } from "../http/object_url.ts";
import type { Representation } from "../http/origin.ts";
import type { ByteRange } from "../http/ranges.ts";
import type { ObjectHead } from "./storage.ts";

/** Where objects get their content from. */
export interface ObjectContents {
  /** With a key and a tag, it tells content from every other one. */
  readonly scope: string;
  /** The storage's name for it. */
  readonly bucket: string;
  content(object: BucketObject): Uint8Array | undefined;
  open(object: BucketObject, ranges: readonly ByteRange[]): MaybePromise<BodySource>;
  derived(object: BucketObject, name: string): Uint8Array | undefined;
  derive(object: BucketObject, name: string, make: () => Promise<Uint8Array>): Promise<Uint8Array>;
}

const EMPTY = new Uint8Array();

/** What clients send that do not know the type: none of these says anything of the content. curl sends the last one. */
const GENERIC = new Set([
  "",
  "application/octet-stream",
  "binary/octet-stream",
  "application/x-www-form-urlencoded",
]);

/** What is sent as it was stored, besides Content-Type and Cache-Control. */
const STORED = new Set(["content-encoding", "content-language", "content-disposition"]);

/** What it is to be taken for by what was stored with it, or by its name; undefined where only its content tells. */
export function toldType(
  key: string,
  { contentType = "" }: Pick<ObjectHead, "contentType">,
): string | undefined {
  const essence = contentType.split(";", 1)[0]!.trim().toLowerCase();
  return GENERIC.has(essence) || !isFieldValue(contentType) ? typeByName(key) : contentType;
}

/** An object that may be sent. */
export class BucketObject implements Representation {
  readonly kind = "file";
  readonly path: string;
  readonly size: number;
  readonly modified: number;
  readonly etag: string;
  /** What its content is kept by. */
  readonly id: string;
  readonly #contents: ObjectContents;
  #validators: FieldBlock | undefined;
  #stored: FieldBlock | undefined;
  #fields: FieldBlock | undefined;

  constructor(
    contents: ObjectContents,
    readonly key: string,
    readonly head: ObjectHead,
    readonly contentType: string,
  ) {
    this.#contents = contents;
    this.path = objectUrl(contents.bucket, key);
    this.size = head.size;
    this.modified = head.modified;
    this.etag = head.etag;
    this.id = `${head.etag} ${contents.scope}/${key}`;
  }

  get validators(): FieldBlock {
    return this.#validators ??= FieldBlock.of(
      ["Last-Modified", formatHttpDate(this.modified)],
      ["ETag", this.etag],
      ["Accept-Ranges", "bytes"],
      // As for a file: without it browsers guess how long they may do without asking.
      ["Cache-Control", this.#value("cache-control") ?? "no-cache"],
    );
  }

  get stored(): FieldBlock {
    return this.#stored ??= FieldBlock.of(...this.head.fields.flatMap(storedField));
  }

  get fields(): FieldBlock {
    return this.#fields ??= FieldBlock.of(["Content-Type", this.contentType])
      .concat(this.validators)
      .concat(this.stored);
  }

  content(): Uint8Array | undefined {
    return this.size === 0 ? EMPTY : this.#contents.content(this);
  }

  /** HEAD asks the storage for nothing but what the look has told. */
  announced(): BodySource {
    return { length: this.size, prompt: false, read: () => Promise.resolve(null), close: () => {} };
  }

  /** @throws {HttpError} by rejecting, as Storage has it */
  open(ranges: readonly ByteRange[]): MaybePromise<BodySource> {
    return this.#contents.open(this, ranges);
  }

  derived(name: string): Uint8Array | undefined {
    return this.#contents.derived(this, name);
  }

  derive(name: string, make: () => Promise<Uint8Array>): Promise<Uint8Array> {
    return this.#contents.derive(this, name, make);
  }

  /** True if it is what another look has seen. */
  isStill({ size, modified, etag, contentType, fields }: ObjectHead): boolean {
    const { head } = this;
    return head.etag === etag && head.modified === modified && head.size === size &&
      head.contentType === contentType && head.fields.length === fields.length &&
      head.fields.every(([name, value], index) => name === fields[index]![0] && value === fields[index]![1]);
  }

  #value(name: string): string | undefined {
    const value = this.head.fields.find(([other]) => other.toLowerCase() === name)?.[1];
    return value !== undefined && value !== "" && isFieldValue(value) ? value : undefined;
  }
}

/** SECURITY: whoever may store chooses these, and nothing else of an answer. */
function storedField([name, value]: readonly [string, string]): (readonly [string, string])[] {
  const lower = name.toLowerCase();
  if (!STORED.has(lower) || !isFieldValue(value)) return [];
  const sent = lower === "content-encoding" ? withoutChunks(value) : value;
  return sent === "" ? [] : [[name, sent]];
}

/** Some servers keep what was said of an upload's framing (Signature Version 4, "aws-chunked") as if it were the content's. */
function withoutChunks(value: string): string {
  return value.split(",").map((coding) => coding.trim())
    .filter((coding) => coding !== "" && coding.toLowerCase() !== "aws-chunked")
    .join(", ");
}

/**
 * A bucket in memory that keeps the rules of S3: conditions, ranges, listings by pages, multipart uploads. It counts what it
 * is asked for, and can be made to fail or to hang.
 *
 * @module
 */
import { joined } from "../../lib/bytes/joined.ts";
import type { ClientTimeouts } from "../../lib/http/http_client.ts";
import type { BodySource } from "../../lib/http/message.ts";
import type { ByteRange } from "../../lib/http/ranges.ts";
import { FileError } from "../../lib/ports.ts";
import type {
  ListedObject,
  ListingOptions,
  ListingPage,
  ObjectHead,
  PartContent,
  PartsOf,
  PutConditions,
  PutOptions,
  Storage,
  StoredPart,
} from "../../lib/s3/storage.ts";

/** What the storage is asked for. */
export type Call = Exclude<keyof Storage, number | symbol>;

/** One object as it lies there. */
export interface MemoryObject extends ObjectHead {
  readonly content: Uint8Array;
}

interface Upload {
  readonly key: string;
  readonly contentType: string | undefined;
  readonly parts: Map<number, { readonly etag: string; readonly content: Uint8Array }>;
}

/** Parts have so many bytes at least, but for the last one. */
const SMALLEST_PART = 5 * 1024 * 1024;

const encoder = new TextEncoder();

/** Forgets all with this object. */
export class MemoryStorage implements Storage {
  readonly objects = new Map<string, MemoryObject>();
  /** Those that were begun and neither completed nor aborted. */
  readonly uploads = new Map<string, Upload>();
  /** What it was asked for, with the key, or the prefix, behind it: `head films/a.mp4`. */
  readonly calls: string[] = [];
  /** Ranges that were asked for, in the order of the calls of get(); undefined for all of an object. */
  readonly ranges: (ByteRange | undefined)[] = [];
  /** Called with every call before anything is done: throws to have it fail, returns a promise to have it wait. */
  before: (call: Call, key: string) => void | Promise<void> = () => {};
  /** Called before each piece of an object that is read. */
  beforeRead: (key: string) => void | Promise<void> = () => {};
  /** So many bytes are given at one time. */
  piece = 64 * 1024;
  /** The contents that were opened and not closed yet. */
  open = 0;
  #next = 1;

  constructor(readonly bucket = "media", public now = Date.UTC(2026, 10, 22, 18, 43, 45)) {}

  /** Has something lie there, as if another had stored it. */
  store(key: string, content: Uint8Array | string, head: Partial<ObjectHead> = {}): MemoryObject {
    const bytes = typeof content === "string" ? encoder.encode(content) : content;
    const object: MemoryObject = {
      size: bytes.length,
      modified: this.now,
      etag: `"${this.#next++}-${bytes.length}"`,
      contentType: undefined,
      fields: [],
      ...head,
      content: bytes,
    };
    this.objects.set(key, object);
    return object;
  }

  /** How often it was asked for something. */
  count(call: Call): number {
    return this.calls.filter((text) => text.startsWith(`${call} `)).length;
  }

  async head(key: string, _timeouts: ClientTimeouts): Promise<ObjectHead | undefined> {
    await this.#call("head", key);
    const object = this.objects.get(key);
    if (object === undefined) return undefined;
    const { content: _, ...head } = object;
    return head;
  }

  async get(
    key: string,
    etag: string,
    range: ByteRange | undefined,
    _timeouts: ClientTimeouts,
  ): Promise<BodySource> {
    this.ranges.push(range);
    await this.#call("get", key);
    const object = this.objects.get(key);
    if (object === undefined || object.etag !== etag) throw new FileError("changed", this.#path(key));
    let left = object.content.slice(range?.start ?? 0, range?.end), isClosed = false;
    this.open++;
    return {
      length: left.length,
      prompt: false,
      read: async (buffer) => {
        await this.beforeRead(key);
        if (isClosed) throw new Error("It is read after it was closed");
        const count = Math.min(buffer.length, left.length, this.piece);
        if (count === 0) return null;
        buffer.set(left.subarray(0, count));
        left = left.subarray(count);
        return count;
      },
      close: () => {
        if (!isClosed) this.open--;
        isClosed = true;
      },
    };
  }

  async list(options: ListingOptions, _timeouts: ClientTimeouts): Promise<ListingPage> {
    const { prefix, delimited, most, start = "" } = options;
    await this.#call("list", prefix);
    const objects: ListedObject[] = [], prefixes: string[] = [];
    let last = start;
    for (const key of [...this.objects.keys()].sort(compareBytes)) {
      if (!key.startsWith(prefix)) continue;
      const slash = delimited ? key.indexOf("/", prefix.length) : -1;
      const row = slash < 0 ? key : key.slice(0, slash + 1);
      // A common prefix comes once, and all that has it is behind the page that it stood on.
      if (last !== "" && compareBytes(row, last) <= 0) continue;
      if (objects.length + prefixes.length === Math.min(most, 1000)) {
        return { objects, prefixes, next: last };
      }
      if (slash >= 0) prefixes.push(row);
      else {
        const { size, modified } = this.objects.get(key)!;
        objects.push({ key, size, modified });
      }
      last = row;
    }
    return { objects, prefixes, next: undefined };
  }

  async put(
    key: string,
    content: Uint8Array,
    options: PutOptions,
    _timeouts: ClientTimeouts,
  ): Promise<string> {
    await this.#call("put", key);
    this.#check(key, options);
    return this.store(key, content.slice(), { contentType: options.contentType }).etag;
  }

  async remove(key: string, _timeouts: ClientTimeouts): Promise<void> {
    await this.#call("remove", key);
    this.objects.delete(key);
  }

  async beginParts(
    key: string,
    options: Pick<PutOptions, "contentType">,
    _timeouts: ClientTimeouts,
  ): Promise<PartsOf> {
    await this.#call("beginParts", key);
    const id = `upload-${this.#next++}`;
    this.uploads.set(id, { key, contentType: options.contentType, parts: new Map() });
    return { key, id };
  }

  async putPart(
    upload: PartsOf,
    number: number,
    content: Uint8Array | PartContent,
    _timeouts: ClientTimeouts,
  ): Promise<StoredPart> {
    await this.#call("putPart", upload.key);
    const bytes = content instanceof Uint8Array ? content.slice() : await readPart(content);
    const etag = `"part-${this.#next++}"`;
    // It may have been aborted while it came.
    this.#upload(upload).parts.set(number, { etag, content: bytes });
    return { number, etag };
  }

  async completeParts(
    upload: PartsOf,
    parts: readonly StoredPart[],
    conditions: PutConditions,
    _timeouts: ClientTimeouts,
  ): Promise<string> {
    await this.#call("completeParts", upload.key);
    const { key, contentType, parts: stored } = this.#upload(upload);
    this.#check(key, conditions);
    if (parts.length === 0) throw new Error("MalformedXML: there are no parts");
    const pieces = parts.map(({ number, etag }, index) => {
      const part = stored.get(number);
      if (part === undefined || part.etag !== etag) throw new Error(`InvalidPart: ${number}`);
      if (index > 0 && number <= parts[index - 1]!.number) throw new Error(`InvalidPartOrder: ${number}`);
      if (index < parts.length - 1 && part.content.length < SMALLEST_PART) {
        throw new Error(`EntityTooSmall: part ${number} has ${part.content.length} bytes`);
      }
      return part.content;
    });
    this.uploads.delete(upload.id);
    const length = pieces.reduce((sum, { length }) => sum + length, 0);
    return this.store(key, joined(pieces, length), { contentType }).etag;
  }

  /** Never rejects, whatever `before` does. */
  async abortParts(upload: PartsOf, _timeouts: ClientTimeouts): Promise<void> {
    try {
      await this.#call("abortParts", upload.key);
    } catch {
      return;
    }
    this.uploads.delete(upload.id);
  }

  async #call(call: Call, key: string): Promise<void> {
    this.calls.push(`${call} ${key}`);
    await this.before(call, key);
  }

  #check(key: string, { mustBeNew, over }: PutConditions): void {
    const there = this.objects.get(key);
    if (mustBeNew && there !== undefined) throw new FileError("exists", this.#path(key));
    if (over !== undefined && there?.etag !== over) throw new FileError("changed", this.#path(key));
  }

  #upload({ key, id }: PartsOf): Upload {
    const upload = this.uploads.get(id);
    if (upload === undefined || upload.key !== key) throw new Error(`NoSuchUpload: ${id}`);
    return upload;
  }

  #path(key: string): string {
    return `s3://${this.bucket}/${key}`;
  }
}

async function readPart(content: PartContent): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let count = 0;
  for (let piece = await content.read(); piece !== null; piece = await content.read()) {
    pieces.push(piece.slice());
    count += piece.length;
  }
  if (count !== content.length) throw new Error(`IncompleteBody: ${count} bytes of ${content.length}`);
  return joined(pieces, count);
}

/** As the bytes of their UTF-8 are ordered. */
function compareBytes(a: string, b: string): number {
  const some = encoder.encode(a), others = encoder.encode(b);
  for (let i = 0; i < Math.min(some.length, others.length); i++) {
    if (some[i] !== others[i]) return some[i]! - others[i]!;
  }
  return some.length - others.length;
}

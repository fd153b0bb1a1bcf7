/**
 * Content on its way into a bucket. What is small is gathered and stored at once when it gets its name. More goes up in
 * parts as it comes: as a stream where its length is known, else each part is gathered first. Parts that do not come to be
 * an object are given up, whatever the reason.
 *
 * @module
 */
import { HttpError } from "../http/errors.ts";
import type { ClientTimeouts } from "../http/http_client.ts";
import type { ContentOf, NewContent } from "../http/origin.ts";
import { FileError } from "../ports.ts";
import { PartBuffer } from "./part_buffer.ts";
import { PartStream } from "./part_stream.ts";
import type { PartContent, PartsOf, PutConditions, Storage, StoredPart } from "./storage.ts";
import type { Uploading } from "./uploading.ts";

const MIB = 1024 * 1024;

/** Bytes that are stored at once at most, and those of a part at least. */
export const PART = 8 * MIB;

/** Parts that an upload has at most, and bytes of each (Amazon S3 User Guide, "Multipart upload limits"). */
const MOST_PARTS = 10_000, LARGEST_PART = 5 * 1024 * MIB;

/** So that their number stays below MOST_PARTS whatever is rounded. */
const AIMED_PARTS = 9000;

/** Parts of unknown content grow after so many of them, up to so many bytes: all of them together are 266 GiB. */
const PARTS_OF_A_SIZE = 1000, LARGEST_GATHERED = 32 * MIB;

/** Bytes of a form's file that stay in memory until all of its files have come: they are up to a thousand. */
const LITTLE = 32 * 1024;

/** Where content goes, and what that takes. */
export interface BucketTarget {
  readonly storage: Storage;
  readonly timeouts: ClientTimeouts;
  readonly uploading: Uploading;
  /** Is told of each key that has changed. */
  readonly changed: (key: string) => void;
  /** The key of a name. */
  keyOf(name: string): string;
}

/** Bytes of a part of content that is so long. */
export function partSize(length: number): number {
  return Math.min(LARGEST_PART, Math.max(PART, Math.ceil(length / AIMED_PARTS)));
}

/** Bytes of a part of content of which nobody knows the length. @param number from 1 */
export function gatheredSize(number: number): number {
  return Math.min(LARGEST_GATHERED, PART * (1 + Math.floor((number - 1) / PARTS_OF_A_SIZE)));
}

/** Owns its buffer and its parts until commit() or discard(). */
export class BucketContent implements NewContent {
  readonly #buffer: PartBuffer;
  readonly #parts: StoredPart[] = [];
  /** What has been begun of parts. */
  #upload: Promise<PartsOf> | undefined;
  /** The part that is on its way. */
  #stream: PartStream | undefined;
  #sending: Promise<StoredPart> | undefined;
  /** Bytes that have come. */
  #received = 0;
  #isOver = false;

  constructor(readonly target: BucketTarget, readonly of: ContentOf) {
    this.#buffer = new PartBuffer(target.uploading.budget);
  }

  /** @throws {HttpError} by rejecting: the storage fails, or there is no room (503) */
  async write(bytes: Uint8Array): Promise<void> {
    const { length } = this.of;
    this.#received += bytes.length;
    for (let rest = bytes; rest.length > 0;) {
      rest = length === undefined || length <= PART
        ? await this.#gather(rest)
        : await this.#passOn(rest, length);
    }
  }

  /** What has been gathered of parts is sent: nothing but the last word is left for commit(). */
  async end(): Promise<void> {
    const waits = this.of.isOneOfSeveral === true && this.#buffer.size > LITTLE;
    if (this.#upload === undefined && !waits) return;
    if (this.#buffer.size > 0) await this.#sendGathered();
    this.#buffer.empty();
  }

  sync(): void {}

  setModified(): void {}

  async commit(name: string, replace: boolean, over?: string): Promise<string> {
    const { changed } = this.target, key = this.target.keyOf(name);
    const conditions: PutConditions = { mustBeNew: !replace, over };
    try {
      const etag = await this.#store(key, conditions);
      this.#isOver = true;
      this.#buffer.drop();
      return etag;
    } catch (error) {
      this.discard();
      // What has the name by now is another than the one that was seen.
      if (error instanceof FileError && error.problem === "changed") {
        throw new FileError("exists", error.path, { cause: error });
      }
      throw error;
    } finally {
      // Where the storage did not say so, it may have come to be all the same.
      changed(key);
    }
  }

  /** The request of a part that is on its way is broken off first: what comes after an abort would stay. */
  discard(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#buffer.drop();
    this.#stream?.fail(new Error("the content will not come"));
    if (this.#upload !== undefined) this.target.uploading.endsWith(this.#giveUp(this.#upload));
  }

  async #store(key: string, conditions: PutConditions): Promise<string> {
    const { storage, timeouts } = this.target, { contentType } = this.of;
    if (this.#upload === undefined) {
      return await storage.put(key, this.#buffer.content, { ...conditions, contentType }, timeouts);
    }
    const upload = await this.#upload;
    return await storage.completeParts(upload, this.#parts, conditions, timeouts);
  }

  /** @returns what is left of the bytes */
  async #gather(bytes: Uint8Array): Promise<Uint8Array> {
    let most = gatheredSize(this.#parts.length + 1);
    if (this.#buffer.size >= most) {
      await this.#sendGathered();
      most = gatheredSize(this.#parts.length + 1);
    }
    const some = bytes.subarray(0, most - this.#buffer.size);
    // PERF: what is announced takes no more memory than that.
    await this.#buffer.add(some, Math.min(most, this.of.length ?? most));
    return bytes.subarray(some.length);
  }

  async #sendGathered(): Promise<void> {
    const upload = await this.#begin(), number = this.#nextNumber();
    this.#sending = this.target.storage.putPart(upload, number, this.#buffer.content, this.target.timeouts);
    this.#parts.push(await this.#sending);
    this.#buffer.clear();
  }

  /** @returns what is left of the bytes */
  async #passOn(bytes: Uint8Array, length: number): Promise<Uint8Array> {
    const stream = this.#stream ?? await this.#beginStream(length - (this.#received - bytes.length));
    const some = bytes.subarray(0, stream.left);
    await stream.write(some);
    if (stream.left === 0) {
      this.#parts.push(await stream.done);
      this.#stream = undefined;
    }
    return bytes.subarray(some.length);
  }

  /** @param left bytes of the content that are still to come */
  async #beginStream(left: number): Promise<PartStream> {
    const upload = await this.#begin(), number = this.#nextNumber();
    if (this.#isOver) throw new Error("the content was given up");
    const { storage, timeouts } = this.target, length = Math.min(left, partSize(this.of.length!));
    const send = (content: PartContent) => storage.putPart(upload, number, content, timeouts);
    this.#stream = new PartStream(length, send);
    this.#sending = this.#stream.done;
    return this.#stream;
  }

  #begin(): Promise<PartsOf> {
    if (this.#upload !== undefined) return this.#upload;
    const { target: { storage, timeouts, keyOf }, of: { name, contentType } } = this;
    return this.#upload = storage.beginParts(keyOf(name), { contentType }, timeouts);
  }

  #nextNumber(): number {
    if (this.#parts.length < MOST_PARTS) return this.#parts.length + 1;
    throw new HttpError(413, "more than a bucket takes in parts");
  }

  /** Never rejects. */
  async #giveUp(begun: Promise<PartsOf>): Promise<void> {
    try {
      const upload = await begun;
      await this.#sending?.catch(() => {});
      await this.target.storage.abortParts(upload, this.target.timeouts);
    } catch {
      // It was never begun.
    }
  }
}

/**
 * A bucket in memory with what an origin needs over it.
 *
 * @module
 */
import type { BodySource } from "../../lib/http/message.ts";
import { BucketOrigin } from "../../lib/s3/bucket_origin.ts";
import { BucketView } from "../../lib/s3/bucket_view.ts";
import { ContentCache } from "../../lib/s3/content_cache.ts";
import { Generations, GENERATIONS_BYTES } from "../../lib/s3/generations.ts";
import { FakeClock } from "../support/fakes.ts";
import { MemoryStorage } from "../support/memory_storage.ts";

/** What a test says of it. */
export interface ViewOptions {
  readonly storage?: MemoryStorage;
  readonly shared?: SharedArrayBuffer;
  readonly clock?: FakeClock;
  readonly age?: number;
  readonly room?: number;
}

/** A view, as a worker has it. */
export function makeView({
  storage = new MemoryStorage(),
  shared = new SharedArrayBuffer(GENERATIONS_BYTES),
  clock = new FakeClock(),
  age = 1000,
  room = 64 * 1024 * 1024,
}: ViewOptions = {}) {
  const view = new BucketView({
    storage,
    settings: { name: "pictures", bucket: storage.bucket },
    timeouts: { connect: 1000, read: 1000 },
    contents: new ContentCache(room),
    generations: new Generations(shared, "pictures"),
    clock,
    age,
  });
  return { storage, shared, clock, view, origin: (prefix = "films") => new BucketOrigin(view, prefix) };
}

/** All that a body gives, read with a small buffer. */
export async function readAll(source: BodySource, size = 4096): Promise<Uint8Array> {
  const pieces: number[] = [], buffer = new Uint8Array(size);
  try {
    for (let count = await source.read(buffer); count !== null; count = await source.read(buffer)) {
      pieces.push(...buffer.subarray(0, count));
    }
  } finally {
    source.close();
  }
  return Uint8Array.from(pieces);
}

/** The same as text. */
export async function readText(source: BodySource, size?: number): Promise<string> {
  return new TextDecoder().decode(await readAll(source, size));
}

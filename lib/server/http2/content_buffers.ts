/**
 * The buffers that the contents of one connection's answers are read into: large ones while they are few, so that what
 * they hold together is bounded, however many streams there are.
 *
 * @module
 */
import { BufferPool } from "../../bytes/buffer_pool.ts";
import type { ServerContext } from "../context.ts";

/** Beyond this a connection's further streams get small buffers, in bytes. */
const ROOM_FOR_LARGE = 1024 * 1024;

/** And beyond this the smallest: more than a hundred streams have one that holds a whole frame. */
const ROOM_FOR_SMALL = 4 * 1024 * 1024;

/** What all streams together read ahead of what is sent, in bytes, if each reads one frame at least. */
const AHEAD = 512 * 1024;

const FRAME = 16 * 1024;

const smallest = new BufferPool(4 * 1024, 64);

/** Belongs to one connection. */
export class ContentBuffers {
  readonly #context: ServerContext;
  #held = 0;
  #count = 0;

  constructor(context: ServerContext) {
    this.#context = context;
  }

  /** Bytes of all buffers that are held. */
  get held(): number {
    return this.#held;
  }

  /** What a stream reads at a time, in bytes: as much as the others, so that none is ahead of them. */
  get piece(): number {
    return Math.max(FRAME, Math.floor(AHEAD / this.#count / FRAME) * FRAME);
  }

  /**
   * A buffer for content of this length; undefined if it is not known. To be given back to the pool through give().
   */
  take(length: number | undefined): ContentBuffer {
    const pool = this.#poolFor(length);
    this.#held += pool.size;
    this.#count++;
    return { bytes: pool.take(), pool };
  }

  give({ bytes, pool }: ContentBuffer): void {
    this.#held -= pool.size;
    this.#count--;
    pool.give(bytes);
  }

  #poolFor(length: number | undefined): BufferPool {
    const { smallBuffers } = this.#context;
    if (length !== undefined && length <= smallBuffers.size) return smallBuffers;
    const large = this.#context.bodyBuffers(length);
    if (this.#held + large.size <= ROOM_FOR_LARGE) return large;
    return this.#held + smallBuffers.size <= ROOM_FOR_SMALL ? smallBuffers : smallest;
  }
}

/** A buffer and where it comes from. */
export interface ContentBuffer {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly pool: BufferPool;
}

/**
 * Bytes that are to leave together: the answers to all requests of one read go out in one write.
 *
 * @module
 */
import type { BufferPool } from "../../bytes/buffer_pool.ts";
import { encodeLatin1Into } from "../../bytes/latin1.ts";

/** Writes a head into a buffer that has room for it, and gives the offset behind it. */
export function putHead(head: string | Uint8Array, into: Uint8Array, offset: number): number {
  if (typeof head === "string") return encodeLatin1Into(head, into, offset);
  into.set(head, offset);
  return offset + head.length;
}

const NOTHING = new Uint8Array();

/** A buffer from a pool, held from the first response to the end of its write. */
export class Outbox {
  #buffer: Uint8Array<ArrayBuffer> | undefined;
  #length = 0;
  readonly #pool: BufferPool;

  constructor(pool: BufferPool) {
    this.#pool = pool;
  }

  get length(): number {
    return this.#length;
  }

  get room(): number {
    return this.#pool.size - this.#length;
  }

  /** Appends a head, as ISO 8859-1 text or as bytes, that fits the room. */
  head(head: string | Uint8Array): void {
    this.#length = putHead(head, this.#buffer ??= this.#pool.take(), this.#length);
  }

  /** Appends bytes that fit the room. */
  bytes(bytes: Uint8Array): void {
    (this.#buffer ??= this.#pool.take()).set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Everything in it, after which it is empty. To be written before anything is appended. */
  take(): Uint8Array {
    const bytes = this.#buffer?.subarray(0, this.#length) ?? NOTHING;
    this.#length = 0;
    return bytes;
  }

  /** Gives the buffer back, once nothing reads from it. After a failed write it must not: the system may still do so. */
  release(): void {
    if (this.#buffer === undefined || this.#length > 0) return;
    this.#pool.give(this.#buffer);
    this.#buffer = undefined;
  }
}

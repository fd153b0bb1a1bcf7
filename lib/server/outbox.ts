/**
 * Bytes that are to leave together: the answers to all requests of one read go out in one write.
 *
 * @module
 */
import { encodeLatin1Into } from "../bytes/latin1.ts";
import type { BufferPool } from "./buffer_pool.ts";

/** A buffer from a pool, held only while there is something in it. */
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

  /** Appends ISO 8859-1 text that fits the room. */
  text(text: string): void {
    this.#length = encodeLatin1Into(text, this.#buffer ??= this.#pool.take(), this.#length);
  }

  /** Appends bytes that fit the room. */
  bytes(bytes: Uint8Array): void {
    (this.#buffer ??= this.#pool.take()).set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Hands everything to `write` and is empty again afterwards, also if it rejects. */
  async flush(write: (bytes: Uint8Array) => Promise<void>): Promise<void> {
    const buffer = this.#buffer;
    if (!buffer) return;
    const bytes = buffer.subarray(0, this.#length);
    this.#buffer = undefined;
    this.#length = 0;
    await write(bytes);
    // Not after a failure: the system may still be reading from it.
    this.#pool.give(buffer);
  }
}

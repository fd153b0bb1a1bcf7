/**
 * The bytes that a connection has received and not yet used, in one piece. It grows as far as its user asks, and goes
 * back to its small size when it is empty, so that ten thousand idle connections cost little.
 *
 * @module
 */
import { BufferPool } from "./buffer_pool.ts";

/** What an idle connection holds: enough for the head of nearly every request. */
const SMALL = 2048;

/** PERF: where every request comes on a connection of its own, buffers would be most of the garbage. */
const pool = new BufferPool(SMALL, 256);

const NONE = new Uint8Array();

/**
 * A growing window over an array: `bytes[start..end)` is what was received and not consumed. Slices of it are valid
 * until the next call of writable() or append().
 */
export class ReceiveBuffer {
  /** Read-only for users, as are start and end; plain fields since parsers read them in their inner loops. */
  bytes: Uint8Array<ArrayBuffer> = pool.take();
  start = 0;
  end = 0;

  /** Bytes received and not consumed. */
  get length(): number {
    return this.end - this.start;
  }

  /** Room behind the received bytes, of at least `minimum` bytes; commit() says how much of it was filled. */
  writable(minimum: number): Uint8Array {
    if (this.start === this.end) {
      this.start = this.end = 0;
      if (this.bytes.length < minimum || (this.bytes.length > SMALL && minimum <= SMALL)) {
        this.bytes = new Uint8Array(Math.max(minimum, SMALL));
      }
    }
    if (this.bytes.length - this.end < minimum) this.#makeRoom(minimum);
    return this.bytes.subarray(this.end);
  }

  /** Takes the first `count` bytes of the last writable() as received. */
  commit(count: number): void {
    this.end += count;
  }

  /** Copies bytes in. */
  append(bytes: Uint8Array): void {
    this.writable(bytes.length).set(bytes);
    this.commit(bytes.length);
  }

  /** Drops the first `count` received bytes. */
  consume(count: number): void {
    this.start += count;
  }

  /** Consumes what has been received, `most` bytes of it at most, and gives it: a slice. */
  take(most: number): Uint8Array {
    const start = this.start;
    this.start = Math.min(start + most, this.end);
    return this.bytes.subarray(start, this.start);
  }

  /** Gives the memory back. Nothing may read into it any more, and nothing can be received. */
  release(): void {
    if (this.bytes.length === SMALL) pool.give(this.bytes);
    this.bytes = NONE;
    this.start = this.end = 0;
  }

  #makeRoom(minimum: number): void {
    const length = this.length;
    const target = length + minimum <= this.bytes.length
      ? this.bytes
      : new Uint8Array(Math.max(length + minimum, this.bytes.length * 2));
    target.set(this.bytes.subarray(this.start, this.end));
    this.bytes = target;
    this.start = 0;
    this.end = length;
  }
}

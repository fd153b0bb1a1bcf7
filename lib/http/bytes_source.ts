/**
 * Content at hand as a response's body that is read.
 *
 * @module
 */
import type { BodySource } from "./message.ts";

/** Gives bytes that nobody changes. */
export class BytesSource implements BodySource {
  readonly prompt = true;
  readonly length: number;
  #left: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#left = bytes;
    this.length = bytes.length;
  }

  read(buffer: Uint8Array): Promise<number | null> {
    const count = Math.min(this.#left.length, buffer.length);
    if (count === 0) return Promise.resolve(null);
    buffer.set(this.#left.subarray(0, count));
    this.#left = this.#left.subarray(count);
    return Promise.resolve(count);
  }

  close(): void {}
}

/**
 * A body that gives what it has announced, or an error: half a page, or more than a page, never looks whole, whatever is
 * made of it on the way.
 *
 * @module
 */
import { BodyError } from "../http/errors.ts";
import type { BodySource } from "../http/message.ts";

/** Owns the source. */
export class WholeSource implements BodySource {
  readonly length: number | undefined;
  readonly #source: BodySource;
  /** Bytes that the source still has to give, if it has announced them. */
  #left: number;

  constructor(source: BodySource) {
    this.#source = source;
    this.length = source.length;
    this.#left = source.length ?? Infinity;
  }

  get prompt(): boolean {
    return this.#source.prompt;
  }

  /** @throws {BodyError} */
  async read(buffer: Uint8Array): Promise<number | null> {
    const count = this.#left === 0
      ? null
      : await this.#source.read(buffer.subarray(0, Math.min(buffer.length, this.#left)));
    if (count === null) await this.#checkEnd();
    else this.#left -= count;
    return count;
  }

  close(): void {
    this.#source.close();
  }

  async #checkEnd(): Promise<void> {
    if (this.length === undefined) return;
    if (this.#left > 0) throw new BodyError("The body ended before its announced length");
    if (this.#source.isAtEnd && !(await this.#source.isAtEnd())) {
      throw new BodyError("The body was longer than announced and has been cut");
    }
  }
}

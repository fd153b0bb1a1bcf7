/**
 * An archive as the content of an answer.
 *
 * @module
 */
import { BodyError } from "../http/errors.ts";
import type { BodySource } from "../http/message.ts";

/** The pieces of an archive, as they are made. Whoever sends it closes it, and with it the file that is being read. */
export class ArchiveSource implements BodySource {
  readonly length = undefined;
  readonly prompt = false;
  readonly #pieces: AsyncGenerator<Uint8Array>;
  #rest: Uint8Array | undefined;
  #onClose: (() => void) | undefined;

  /** @param onClose called once */
  constructor(pieces: AsyncGenerator<Uint8Array>, onClose: () => void = () => {}) {
    this.#pieces = pieces;
    this.#onClose = onClose;
  }

  /** @throws {BodyError} what has been sent is no whole archive, and the client is not to take it for one */
  async read(buffer: Uint8Array): Promise<number | null> {
    let length = 0;
    // Headers are small: several of them leave together with the content.
    while (length < buffer.length) {
      const piece = this.#rest ?? await this.#next();
      if (piece === undefined) break;
      const part = piece.subarray(0, buffer.length - length);
      buffer.set(part, length);
      length += part.length;
      this.#rest = part.length < piece.length ? piece.subarray(part.length) : undefined;
    }
    return length === 0 ? null : length;
  }

  close(): void {
    this.#rest = undefined;
    this.#onClose?.();
    this.#onClose = undefined;
    // What is being read is waited for by nobody; it closes its file when it comes.
    void this.#pieces.return(undefined).catch(() => {});
  }

  async #next(): Promise<Uint8Array | undefined> {
    try {
      for (;;) {
        const { value, done } = await this.#pieces.next();
        if (done) return undefined;
        if (value.length > 0) return value;
      }
    } catch (error) {
      throw new BodyError(error instanceof Error ? error.message : String(error), { cause: error });
    }
  }
}

/**
 * A part that goes on to the storage as it comes: each piece is handed from whoever writes to whoever sends, and whoever
 * writes waits until it has been sent.
 *
 * @module
 */
import { HttpError } from "../http/errors.ts";
import type { PartContent, StoredPart } from "./storage.ts";

/** One part that is on its way. */
export class PartStream implements PartContent {
  #piece: Uint8Array | undefined;
  #left: number;
  #failure: unknown;
  #wake: (() => void) | undefined;
  #taken: (() => void) | undefined;
  /** What has become of the part. */
  readonly done: Promise<StoredPart>;
  #isDone = false;

  /** @param store sends what is read from this */
  constructor(readonly length: number, store: (content: PartContent) => Promise<StoredPart>) {
    this.#left = length;
    this.done = store(this).finally(() => {
      this.#isDone = true;
      this.#taken?.();
    });
    // Whoever writes hears of it.
    this.done.catch(() => {});
  }

  /** Bytes that are still to come. */
  get left(): number {
    return this.#left;
  }

  /** Hands a piece on, of no more than is left. @throws {HttpError} by rejecting, where the storage has failed */
  async write(bytes: Uint8Array): Promise<void> {
    this.#left -= bytes.length;
    if (!this.#isDone) {
      await new Promise<void>((resolve) => {
        this.#taken = resolve;
        this.#piece = bytes;
        this.#wake?.();
        // The piece is still read by whoever sends it when that is all of the part: that is over with the answer.
      });
      this.#taken = undefined;
    }
    if (this.#isDone && this.#left > 0) {
      await this.done;
      throw new HttpError(502, "the storage has answered before it had all of a part");
    }
  }

  async read(): Promise<Uint8Array | null> {
    if (this.#taken !== undefined && this.#piece === undefined && this.#left > 0) this.#taken();
    if (this.#piece === undefined && this.#left > 0 && this.#failure === undefined) {
      await new Promise<void>((resolve) => this.#wake = resolve);
      this.#wake = undefined;
    }
    if (this.#failure !== undefined) throw this.#failure;
    const piece = this.#piece ?? null;
    this.#piece = undefined;
    return piece;
  }

  /** What is left of it will not come: the request is broken off. */
  fail(error: unknown): void {
    this.#failure ??= error;
    this.#wake?.();
  }
}

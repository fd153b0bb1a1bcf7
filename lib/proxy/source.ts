/**
 * An upstream's content as a response's body, read as the client takes it.
 *
 * @module
 */
import { upstreamUrl } from "../http/upstream_url.ts";
import { BodyError, GoneError, HttpError } from "../http/errors.ts";
import type { BodySource } from "../http/message.ts";
import { UpstreamFault } from "../http1/client_connection.ts";
import type { UpstreamExchange } from "./exchange.ts";

/** Owns the exchange: close() gives its connection back, or up. */
export class UpstreamSource implements BodySource {
  #pieces: Uint8Array[];
  #isOver = false;
  #isClosed = false;

  /**
   * @param pieces content that has come already
   * @param idle milliseconds for which the upstream keeps the connection, if it has said so
   */
  constructor(
    readonly exchange: UpstreamExchange,
    readonly length: number | undefined,
    pieces: Uint8Array[],
    readonly idle: number | undefined,
  ) {
    this.#pieces = pieces;
  }

  get prompt(): boolean {
    return this.#pieces.length > 0;
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    try {
      while (this.#pieces.length === 0 && !this.#isOver) {
        if (!this.#take()) await this.exchange.receive();
      }
    } catch (error) {
      throw this.#failure(error);
    }
    return this.#isOver && this.#pieces.length === 0 ? null : this.#fill(buffer);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#isOver || this.#endsHere()) this.exchange.end(this.idle);
    else this.exchange.abort();
  }

  #fill(buffer: Uint8Array): number {
    let filled = 0;
    while (filled < buffer.length) {
      const piece = this.#pieces[0];
      if (piece === undefined) {
        if (this.#isOver || !this.#takeQuietly()) break;
        continue;
      }
      const count = Math.min(piece.length, buffer.length - filled);
      buffer.set(count === piece.length ? piece : piece.subarray(0, count), filled);
      filled += count;
      if (count === piece.length) this.#pieces.shift();
      else this.#pieces[0] = piece.subarray(count);
    }
    return filled;
  }

  /** The next piece, or the end, of what has been received; false if there is nothing left of that. */
  #take(): boolean {
    const event = this.exchange.next();
    if (event.type === "data") this.#pieces.push(event.bytes);
    else if (event.type === "end of message") this.#isOver = true;
    else return false;
    return true;
  }

  /** The same where there is something to give already: what is wrong behind it shows at the next read. */
  #takeQuietly(): boolean {
    try {
      return this.#take();
    } catch {
      return false;
    }
  }

  /** All was read that was announced, and the end comes with the last byte. */
  #endsHere(): boolean {
    return this.#pieces.length === 0 && this.#takeQuietly() && this.#isOver;
  }

  #failure(error: unknown): unknown {
    const { target, isLate } = this.exchange;
    if (error instanceof UpstreamFault) {
      return new BodyError(isLate ? error.message : `${upstreamUrl(target)}: ${error.message}`);
    }
    // The client broke its own request: there is no answering that any more.
    return error instanceof HttpError ? new GoneError() : error;
  }
}

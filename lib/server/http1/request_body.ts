/**
 * A request's content, pulled from its connection as the handler asks for it.
 *
 * @module
 */
import { encodeLatin1 } from "../../bytes/latin1.ts";
import { GoneError, HttpError } from "../../http/errors.ts";
import type { RequestBody } from "../../http/message.ts";
import { MOST_DISCARDED, type ServerConnection } from "../../http1/connection.ts";
import { CONTINUE } from "../../http1/writer.ts";
import { BodyPatience } from "../body_patience.ts";
import type { ByteStream } from "../byte_stream.ts";
import type { Departure } from "../departure.ts";

/** What is read of a large body at a time. */
const PIECE = 256 * 1024;
const SMALLEST_PIECE = 4 * 1024;

/** What is read at a time of a body that nobody wants. */
const UNWANTED_PIECE = 2048;

/** And with what is around its chunks, which may be much more than they. */
const MOST_RECEIVED = 2 * MOST_DISCARDED;

export const EMPTY_BODY: RequestBody = { length: 0, read: () => Promise.resolve(null) };

/** The body of the connection's current request. */
export class ConnectionBody implements RequestBody {
  readonly length: number | undefined;
  readonly #http: ServerConnection;
  readonly #stream: ByteStream;
  readonly #departure: Departure;
  readonly #patience: BodyPatience;
  #detached = false;

  constructor(
    http: ServerConnection,
    stream: ByteStream,
    departure: Departure,
    length: number | undefined,
  ) {
    this.#http = http;
    this.#stream = stream;
    this.#departure = departure;
    this.#patience = new BodyPatience(stream.context);
    this.length = length;
  }

  /** The client has kept us waiting for too long: the rest may still come, or not. */
  get stalled(): boolean {
    return this.#patience.stalled;
  }

  async read(most = Infinity): Promise<Uint8Array | null> {
    for (;;) {
      if (this.#detached) throw new GoneError();
      const event = this.#http.next();
      switch (event.type) {
        case "data": {
          if (!this.#http.isRequestWhole) return event.bytes;
          // The request is whole, so the client's leaving can be noticed while a slow handler works on this piece:
          // in a copy, since what is read from now on may take its place in the buffer.
          const last = event.bytes.slice();
          this.#departure.watch();
          return last;
        }
        case "need data":
          if (this.#http.announced > most) {
            throw new HttpError(413, "A chunk is announced that is longer than the body may be");
          }
          if (this.#http.awaitsContinue) await this.#sendContinue();
          await this.#receive(Math.min(PIECE, Math.max(this.#http.remaining ?? PIECE, SMALLEST_PIECE)));
          break;
        case "closed":
          throw new GoneError();
        default:
          this.#departure.watch();
          return null;
      }
    }
  }

  /**
   * The response is complete: what the connection has from now on is no longer this body's. A handler that is still
   * reading gets a GoneError.
   */
  detach(): void {
    this.#detached = true;
  }

  /**
   * Reads and drops what is left of it, but no more than is worth it.
   *
   * @returns false if it is not read to its end
   * @throws {GoneError}
   */
  async discard(): Promise<boolean> {
    let content = 0, received = 0;
    try {
      for (;;) {
        const event = this.#http.next();
        if (event.type === "end of message") return true;
        if (event.type === "closed") return false;
        if (event.type === "data") content += event.bytes.length;
        if (content + this.#http.announced > MOST_DISCARDED || received > MOST_RECEIVED) return false;
        if (event.type === "need data") received += await this.#receive(UNWANTED_PIECE);
      }
    } catch (error) {
      // The request has its answer already; what is wrong with its rest only matters to the connection.
      if (error instanceof HttpError) return false;
      throw error;
    }
  }

  /**
   * Waits for more of it.
   *
   * @returns how many bytes came
   * @throws {HttpError} 408, see BodyPatience
   * @throws {GoneError}
   */
  async #receive(minimum: number): Promise<number> {
    const { buffer } = this.#http, held = buffer.length;
    const came = () => buffer.length - held;
    const result = await this.#patience.wait(this.#stream.read(minimum), came);
    if (result === "gone") throw new GoneError();
    if (this.#stream.ended) this.#http.endOfInput();
    return came();
  }

  /** Answers to earlier requests have been flushed: this client sends nothing before it hears from us. */
  async #sendContinue(): Promise<void> {
    this.#http.continueSent();
    await this.#stream.write(encodeLatin1(CONTINUE));
  }
}

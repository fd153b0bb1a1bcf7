/**
 * A request's content, pulled from its connection as the handler asks for it.
 *
 * @module
 */
import { encodeLatin1 } from "../bytes/latin1.ts";
import { GoneError, type RequestBody } from "../http/message.ts";
import type { ServerConnection } from "../http1/connection.ts";
import { CONTINUE } from "../http1/writer.ts";
import type { Transport } from "./transport.ts";

/** What is read of a large body at a time. */
const PIECE = 256 * 1024;
const SMALLEST_PIECE = 4 * 1024;

export const EMPTY_BODY: RequestBody = { length: 0, read: () => Promise.resolve(null) };

/** The body of the connection's current request. */
export class ConnectionBody implements RequestBody {
  readonly length: number | undefined;
  /** The client still waits for `100 Continue`, or for a final answer. */
  awaitsContinue: boolean;
  readonly #http: ServerConnection;
  readonly #transport: Transport;
  #detached = false;

  constructor(
    http: ServerConnection,
    transport: Transport,
    length: number | undefined,
    awaitsContinue: boolean,
  ) {
    this.#http = http;
    this.#transport = transport;
    this.length = length;
    this.awaitsContinue = awaitsContinue;
  }

  async read(): Promise<Uint8Array | null> {
    for (;;) {
      if (this.#detached) throw new GoneError();
      const event = this.#http.next();
      switch (event.type) {
        case "data": {
          if (this.#http.remaining !== 0) return event.bytes;
          // The request is whole, so the client's leaving can be noticed while a slow handler works on this piece:
          // in a copy, since what is read from now on may take its place in the buffer.
          const last = event.bytes.slice();
          this.#transport.watch();
          return last;
        }
        case "need data":
          if (this.awaitsContinue) await this.#sendContinue();
          await this.#transport.readBody(
            Math.min(PIECE, Math.max(this.#http.remaining ?? PIECE, SMALLEST_PIECE)),
          );
          if (this.#transport.ended) this.#http.endOfInput();
          break;
        case "closed":
          throw new GoneError();
        default:
          this.#transport.watch();
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

  /** Answers to earlier requests have been flushed: this client sends nothing before it hears from us. */
  async #sendContinue(): Promise<void> {
    this.awaitsContinue = false;
    await this.#transport.write(encodeLatin1(CONTINUE));
  }
}

/**
 * Which protocol is spoken on a connection: over TLS what was agreed on in the handshake (RFC 9113 section 3.2), else
 * HTTP/1.1, and HTTP/2 for a client that begins with it (section 3.3). The code of HTTP/2 is loaded with the first
 * connection that speaks it.
 *
 * @module
 */
import type { Handler } from "../http/message.ts";
import { NOWHERE } from "../http/roster.ts";
import type { ByteConnection } from "../ports.ts";
import type { ServerContext } from "./context.ts";
import { noteFailure } from "./failures.ts";
import { Http1Session } from "./http1/session.ts";
import type { LoadHttp2, Protocol, ProtocolFactory } from "./protocol.ts";

const NOTHING = new Uint8Array();

/** The protocol of each connection of one endpoint. */
export function protocolChoice(handler: Handler, context: ServerContext): ProtocolFactory {
  return (connection) => {
    if (connection.tls?.protocol === "h2") return new ComingHttp2(connection, handler, context);
    const isOpen = connection.tls === undefined && context.settings.http2;
    return new Http1Session(connection, handler, context, isOpen ? loadHttp2 : undefined);
  };
}

const loadHttp2: LoadHttp2 = async () => {
  const { Http2Session } = await import("./http2/session.ts");
  return (connection, handler, context, received) => new Http2Session(connection, handler, context, received);
};

/** A connection that speaks HTTP/2 as soon as its code is there. */
class ComingHttp2 implements Protocol {
  place = NOWHERE;
  #session: Protocol | undefined;
  #leaving: "retire" | "drain" | undefined;
  #isHangingUp = false;
  #isAborted = false;

  constructor(
    readonly connection: ByteConnection,
    readonly handler: Handler,
    readonly context: ServerContext,
  ) {}

  run(): Promise<void> {
    return this.#start((session) => session.run());
  }

  turnAway(): Promise<void> {
    return this.#start((session) => session.turnAway());
  }

  get answering(): number {
    return this.#session?.answering ?? 0;
  }

  retire(): void {
    this.#leave("retire");
  }

  drain(): void {
    this.#leave("drain");
  }

  hangUp(): void {
    this.#isHangingUp = true;
    this.#session?.hangUp();
  }

  abort(): void {
    this.#isAborted = true;
    if (this.#session === undefined) this.connection.close();
    else this.#session.abort();
  }

  #leave(how: "retire" | "drain"): void {
    this.#leaving = how;
    this.#session?.[how]();
  }

  async #start(begin: (session: Protocol) => Promise<void>): Promise<void> {
    const create = await loadHttp2().catch((error) => {
      noteFailure(error, this.context.errorLog);
      this.connection.close();
    });
    if (create === undefined || this.#isAborted) return;
    const session = this.#session = create(this.connection, this.handler, this.context, NOTHING);
    if (this.#leaving !== undefined) session[this.#leaving]();
    if (this.#isHangingUp) session.hangUp();
    await begin(session);
  }
}

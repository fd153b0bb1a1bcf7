/**
 * A request as its handler sees it, over the connection that it came on.
 *
 * @module
 */
import type { Fields } from "../http/fields.ts";
import type { Request, RequestBody } from "../http/message.ts";
import type { ServerConnection } from "../http1/connection.ts";
import type { RequestHead } from "../http1/events.ts";
import { ConnectionBody, EMPTY_BODY } from "./request_body.ts";
import type { Transport } from "./transport.ts";

/** The connection's current request. */
export class ConnectionRequest implements Request {
  readonly method: string;
  readonly target: string;
  readonly form: Request["form"];
  readonly path: string;
  readonly query: string | undefined;
  readonly host: string;
  readonly version: Request["version"];
  readonly fields: Fields;
  readonly body: RequestBody;
  /** Monotonic milliseconds at the end of the head; 0 where no log wants to know. */
  readonly started: number;
  readonly #transport: Transport;

  constructor(readonly head: RequestHead, http: ServerConnection, transport: Transport) {
    this.method = head.method;
    this.target = head.target;
    this.form = head.form;
    this.path = head.path;
    this.query = head.query;
    this.host = head.host;
    this.version = head.version;
    this.fields = head.fields;
    const { body } = head;
    this.body = body.kind === "none" ? EMPTY_BODY : new ConnectionBody(
      http,
      transport,
      body.kind === "length" ? body.length : undefined,
      head.expectsContinue,
    );
    this.started = transport.context.accessLog?.isTimed ? transport.context.clock.monotonic() : 0;
    this.#transport = transport;
  }

  get remote(): Request["remote"] {
    return this.#transport.connection.remote;
  }

  get local(): Request["local"] {
    return this.#transport.connection.local;
  }

  onGone(callback: () => void): () => void {
    return this.#transport.onGone(callback);
  }
}

/**
 * A request as its handler sees it, over the connection that it came on.
 *
 * @module
 */
import type { FieldBlock } from "../../http/fields.ts";
import type { Request, RequestBody } from "../../http/message.ts";
import type { RequestHead } from "../../http1/events.ts";
import type { ByteStream } from "../byte_stream.ts";
import type { Departure } from "../departure.ts";

/** The connection's current request. */
export class ConnectionRequest implements Request {
  readonly method: string;
  readonly target: string;
  readonly form: Request["form"];
  readonly path: string;
  readonly query: string | undefined;
  readonly host: string;
  readonly version: RequestHead["version"];
  readonly fields: FieldBlock;
  readonly forwarded: Request["forwarded"];
  /** For the access log. */
  readonly started: number;
  readonly #stream: ByteStream;
  readonly #departure: Departure;

  constructor(head: RequestHead, readonly body: RequestBody, stream: ByteStream, departure: Departure) {
    this.method = head.method;
    this.target = head.target;
    this.form = head.form;
    this.path = head.path;
    this.query = head.query;
    this.host = head.host;
    this.version = head.version;
    this.fields = head.fields;
    const { accessLog, trustedProxies } = stream.context.settings;
    this.started = accessLog?.start() ?? 0;
    this.forwarded = trustedProxies?.told(stream.connection.remote, head.fields);
    this.#stream = stream;
    this.#departure = departure;
  }

  get remote(): Request["remote"] {
    return this.forwarded?.client ?? this.#stream.connection.remote;
  }

  get local(): Request["local"] {
    return this.#stream.connection.local;
  }

  get tls(): Request["tls"] {
    return this.#stream.connection.tls;
  }

  onGone(callback: () => void): () => void {
    return this.#departure.onGone(callback);
  }
}

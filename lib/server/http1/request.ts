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

/** Who writes to the connection. */
export interface Informer {
  /** Sends an interim response. */
  inform(status: number, fields: FieldBlock): void;
}

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
  readonly upgrade: string | undefined;
  readonly forwarded: Request["forwarded"];
  /** For the access log. */
  readonly started: number;
  record: Request["record"] = undefined;
  /** Its response has begun. */
  isAnswered = false;
  readonly #stream: ByteStream;
  readonly #departure: Departure;
  readonly #informer: Informer;

  constructor(
    head: RequestHead,
    readonly body: RequestBody,
    stream: ByteStream,
    departure: Departure,
    informer: Informer,
  ) {
    this.method = head.method;
    this.target = head.target;
    this.form = head.form;
    this.path = head.path;
    this.query = head.query;
    this.host = head.host;
    this.version = head.version;
    this.fields = head.fields;
    this.upgrade = head.upgrade;
    const { accessLog, trustedProxies } = stream.context.settings;
    this.started = accessLog?.start() ?? 0;
    this.forwarded = trustedProxies?.told(stream.connection.remote, head.fields);
    this.#stream = stream;
    this.#departure = departure;
    this.#informer = informer;
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

  inform(status: number, fields: FieldBlock): void {
    if (!this.isAnswered && this.version !== "HTTP/1.0") this.#informer.inform(status, fields);
  }

  onGone(callback: () => void): () => void {
    return this.#departure.onGone(callback);
  }
}

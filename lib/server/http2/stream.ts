/**
 * One stream: a request as its handler sees it, and its answer on the way out.
 *
 * @module
 */
import { BodyError, GoneError } from "../../http/errors.ts";
import type { FieldBlock } from "../../http/fields.ts";
import type { BodySource, Request, RequestBody, Response } from "../../http/message.ts";
import { ErrorCode } from "../../http2/error_codes.ts";
import type { RequestEvent } from "../../http2/events.ts";
import type { LoggedRequest } from "../access_log.ts";
import { BodyLengthError, closeSource, failureResponse, nameOf, noteFailure } from "../failures.ts";
import { type ContentOutlet, sendContent } from "./content.ts";
import { responseOfMessage } from "./raw_message.ts";
import { StreamBody } from "./request_body.ts";
import type { StreamHost } from "./stream_host.ts";
import { StreamTunnel, switchError } from "./switch.ts";

/** The interim response that only those get who wait for it. */
const CONTINUE = 100;

const NO_BODY: RequestBody = { length: 0, read: () => Promise.resolve(null) };

/** Owns the source of its answer: it is closed on every path. */
export class ServedStream implements Request, LoggedRequest, ContentOutlet {
  readonly id: number;
  readonly method: string;
  readonly target: string;
  readonly form: Request["form"];
  readonly path: string;
  readonly query: string | undefined;
  readonly host: string;
  readonly version = "HTTP/2.0";
  readonly fields: FieldBlock;
  readonly forwarded: Request["forwarded"];
  readonly started: number;
  readonly body: RequestBody;
  readonly upgrade: string | undefined;
  /** Undefined where the request has no content. */
  readonly content: StreamBody | undefined;
  record: Request["record"] = undefined;
  /** Nothing can be sent any more: the answer is complete, or the client has left. */
  isOver = false;
  readonly #host: StreamHost;
  /** Whose head has been queued. */
  #response: Response | undefined;
  /** Of content, whole pieces. */
  #sent = 0;
  /** What is offered now. */
  #offered = 0;
  #isLast = false;
  /** Waits until what is offered has left. */
  #drained: PromiseWithResolvers<void> | undefined;
  #callbacks: Set<() => void> | undefined;
  /** It is one, or becomes one. */
  #tunnel: StreamTunnel | undefined;

  constructor({ stream, head, endsStream }: RequestEvent, host: StreamHost) {
    this.id = stream;
    this.upgrade = head.protocol;
    // As it would have come over HTTP/1.1.
    this.method = head.protocol === undefined ? head.method : "GET";
    this.target = head.target;
    this.form = head.form;
    this.path = head.path;
    this.query = head.query;
    this.host = head.host;
    this.fields = head.fields;
    this.#host = host;
    const { context, connection } = host.bytes;
    const { accessLog, trustedProxies } = context.settings;
    this.started = accessLog?.start() ?? 0;
    this.forwarded = trustedProxies?.told(connection.remote, head.fields);
    if (this.upgrade !== undefined) {
      this.body = NO_BODY;
      this.content = new StreamBody(undefined, this.#outlet(), undefined, false);
      if (endsStream) this.content.end();
    } else if (endsStream) this.body = NO_BODY;
    else {
      const body = new StreamBody(head.length, this.#outlet(), context, head.expectsContinue);
      this.body = this.content = body;
    }
  }

  get remote(): Request["remote"] {
    return this.forwarded?.client ?? this.#host.bytes.connection.remote;
  }

  get local(): Request["local"] {
    return this.#host.bytes.connection.local;
  }

  get tls(): Request["tls"] {
    return this.#host.bytes.connection.tls;
  }

  /** Somebody wants to know when the client leaves. */
  get isWatched(): boolean {
    return this.#callbacks !== undefined && this.#callbacks.size > 0;
  }

  /** The head of its answer is on its way. */
  get hasBegun(): boolean {
    return this.#response !== undefined;
  }

  /** Nothing of the request is still to come. */
  get isRequestWhole(): boolean {
    return this.content === undefined || this.content.isWhole;
  }

  /** Content is on its way, and was not taken whole. */
  get isSending(): boolean {
    return this.#offered > 0;
  }

  /** It is a tunnel. */
  get isTunnel(): boolean {
    return this.#tunnel !== undefined;
  }

  inform(status: number, fields: FieldBlock): void {
    if (status === CONTINUE) return this.content?.continue();
    this.#host.http.inform(this.id, status, fields);
    this.#host.wake();
  }

  onGone(callback: () => void): () => void {
    if (this.isOver) queueMicrotask(callback);
    else {
      (this.#callbacks ??= new Set()).add(callback);
      this.#host.watched();
    }
    return () => this.#callbacks?.delete(callback);
  }

  /** Sends the answer; of one that comes too late only the source is closed. */
  respond(response: Response): void {
    if (this.isOver) return closeSource(response);
    const { body, status, tunnel } = response;
    if (response.raw && body !== undefined && !(body instanceof Uint8Array)) {
      return void this.#sendMessage(response, body);
    }
    if (tunnel !== undefined || this.upgrade !== undefined && status < 300) {
      const error = switchError(this, tunnel);
      if (error === undefined) return void (this.#tunnel = new StreamTunnel(this, this.#host)).open(response);
      closeSource(response);
      return this.respond(failureResponse(error, this.#host.bytes, this));
    }
    const hasContent = this.method !== "HEAD" && status !== 204 && status !== 304;
    const length = body === undefined ? 0 : body.length;
    if (body !== undefined && !(body instanceof Uint8Array)) {
      if (hasContent) return void this.#sendSource(response, body);
      body.close();
    }
    this.#response = response;
    if (!hasContent || length === 0) {
      this.#head(length, true);
      return this.#end();
    }
    this.#head(length, false);
    this.#offered = length!;
    this.#isLast = true;
    this.#host.http.offer(this.id, body as Uint8Array, true);
  }

  begin(): void {
    this.#head(this.#response!.body!.length, false);
    this.#host.wake();
  }

  offer(bytes: Uint8Array, ends: boolean): Promise<void> {
    if (this.isOver) return Promise.reject(new GoneError());
    this.#offered = bytes.length;
    this.#isLast = ends;
    this.#host.http.offer(this.id, bytes, ends);
    this.#host.wake();
    return (this.#drained = Promise.withResolvers()).promise;
  }

  /** What was offered has been put into frames whole. */
  drained(): void {
    this.#sent += this.#offered;
    this.#offered = 0;
    const drained = this.#drained;
    this.#drained = undefined;
    if (this.#isLast && !this.isTunnel) this.#end();
    drained?.resolve();
  }

  /** The client has left, be it this stream or the whole connection: what was begun is undone. */
  leave(): void {
    if (this.isOver) return;
    const callbacks = this.#callbacks;
    if (this.#response !== undefined) this.#log(Math.max(this.#sent, this.#host.http.sentOf(this.id)));
    this.#close(false);
    this.#drained?.reject(new GoneError());
    if (callbacks !== undefined) { for (const callback of callbacks) callback(); }
  }

  /** Ends the stream with a code of ours in place of the rest of its answer. */
  reset(code: ErrorCode): void {
    if (this.isOver) return;
    this.leave();
    this.#host.http.reset(this.id, code);
    this.#host.wake();
  }

  /** The server ends: a tunnel does, too, as soon as nothing is on its way in it. */
  hangUp(): void {
    this.#tunnel?.hangUp();
  }

  /** Becomes a tunnel, whose head is this. */
  beginTunnel(response: Response): void {
    this.#response = response;
    this.#head(undefined, false);
    this.#host.wake();
  }

  /** Both sides of a tunnel have ended. */
  endTunnel(): void {
    if (!this.isOver) this.#end();
  }

  #head(length: number | undefined, endsStream: boolean): void {
    const { status, fields } = this.#response!;
    const { http, bytes } = this.#host;
    const sendsLength = status !== 204 && status !== 304;
    const now = bytes.context.clock.now();
    http.respond(this.id, { status, fields, length: sendsLength ? length : undefined, now }, endsStream);
  }

  async #sendSource(response: Response, source: BodySource): Promise<void> {
    this.#response = response;
    try {
      await sendContent(this, source, this.#host.buffers);
    } catch (error) {
      const isLength = error instanceof BodyLengthError;
      // What was cut has been sent whole by then.
      if (this.isOver && !isLength) return;
      const { errorLog } = this.#host.bytes.context;
      if (isLength || error instanceof BodyError) errorLog.error(`${nameOf(this)}: ${error.message}`);
      else noteFailure(error, errorLog);
      this.reset(ErrorCode.InternalError);
    }
  }

  async #sendMessage({ why, weather, user }: Response, source: BodySource): Promise<void> {
    const { bytes } = this.#host;
    try {
      this.respond({ ...await responseOfMessage(source, bytes.context.settings.limits), why, weather, user });
    } catch (error) {
      if (error instanceof GoneError) this.reset(ErrorCode.InternalError);
      else this.respond(failureResponse(error, bytes, this));
    }
    this.#host.wake();
  }

  #end(): void {
    this.#log(this.#sent);
    this.#close(true);
  }

  #close(isAnswered: boolean): void {
    this.isOver = true;
    this.#callbacks = undefined;
    this.content?.detach();
    this.record?.left();
    this.#host.ended(this, isAnswered);
  }

  #log(bytes: number): void {
    const { connection, context } = this.#host.bytes;
    const response = this.#response!, { status, why, weather, user } = response;
    context.settings.accessLog?.write(connection, this, { status, bytes, why, weather, user }, response);
  }

  #outlet(): ConstructorParameters<typeof StreamBody>[1] {
    const { id } = this, host = this.#host;
    return {
      consumed: (count) => {
        host.http.consumed(id, count);
        host.wake();
      },
      wanted: () => {
        host.http.wantMore(id);
        host.wake();
      },
      continue: () => {
        host.http.inform(id, 100);
        host.wake();
      },
    };
  }
}

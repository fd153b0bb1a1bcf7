/**
 * One connection's life: requests are read, handled and answered in their order, until one side has enough.
 *
 * @module
 */
import { type BodySource, GoneError, type Handler, type Response } from "../http/message.ts";
import { ServerConnection } from "../http1/connection.ts";
import type { Event, RequestHead } from "../http1/events.ts";
import { PeerError } from "../http1/peer_error.ts";
import { responseFraming, responseHead } from "../http1/writer.ts";
import { errorResponse } from "../pages/error_response.ts";
import type { ByteConnection } from "../ports.ts";
import type { ServerContext } from "./context.ts";
import { Outbox } from "./outbox.ts";
import { ConnectionBody } from "./request_body.ts";
import { ConnectionRequest } from "./request.ts";
import { sendSource, ShortBodyError } from "./send.ts";
import { Transport } from "./transport.ts";

/** Room for a head, and for what a client sends ahead while a handler works. */
const HEAD_READ = 2048;
const READ_AHEAD = 64 * 1024;

/** A body that no handler wanted is read and dropped up to this length, so that the connection can stay. */
const DISCARDED = 64 * 1024;

/** After an early answer: how long, and for how many bytes, the client may go on sending. */
const LINGER_TIME = 2000;
const LINGER_BYTES = 1024 * 1024;

/** Serves one connection. */
export class Session {
  readonly #http: ServerConnection;
  readonly #transport: Transport;
  readonly #outbox: Outbox;
  readonly #context: ServerContext;
  readonly #handler: Handler;
  #draining = false;
  #anyRequest = false;
  #refusal: Promise<void> | undefined;

  constructor(connection: ByteConnection, handler: Handler, context: ServerContext) {
    this.#http = new ServerConnection(context.limits);
    this.#transport = new Transport(connection, this.#http.buffer, context);
    this.#transport.onHeadTimeout = () => {
      this.#refusal = this.#refuse(new PeerError(408, "The head took longer than timeouts.header"));
    };
    this.#outbox = new Outbox(context.smallBuffers);
    this.#context = context;
    this.#handler = handler;
  }

  /** Resolves when the connection is closed. Never rejects. */
  async run(): Promise<void> {
    try {
      this.#transport.arm("idle", this.#context.timeouts.header);
      await this.#serve();
      await this.#refusal;
    } catch (error) {
      if (!(error instanceof GoneError)) this.#logFailure(error);
    } finally {
      this.#http.giveUp();
      this.#transport.close();
    }
  }

  /** Answers 503 and closes: for a connection over the limit. Never rejects. */
  async turnAway(): Promise<void> {
    try {
      await this.#sendLast(errorResponse(503, "Retry-After: 1\r\n"));
    } catch (error) {
      if (!(error instanceof GoneError)) this.#logFailure(error);
    } finally {
      this.#transport.close();
    }
  }

  /** Lets the current exchange end and then closes; an idle connection is closed at once. */
  drain(): void {
    this.#draining = true;
    if (this.#transport.phase === "idle") this.#transport.close();
  }

  /** Closes whatever is under way. */
  abort(): void {
    this.#transport.close();
  }

  async #serve(): Promise<void> {
    for (;;) {
      let event: Event;
      try {
        event = this.#http.next();
      } catch (error) {
        if (!(error instanceof PeerError)) throw error;
        return this.#refuse(error);
      }
      if (event.type === "need data") {
        if (!(await this.#readHead())) return;
      } else if (event.type === "request") {
        const stays = this.#answer(event);
        if (!(typeof stays === "boolean" ? stays : await stays)) return this.#end();
      } else {
        return this.#flush();
      }
    }
  }

  /** Waits for more of a head; false if the connection is over. */
  async #readHead(): Promise<boolean> {
    if (this.#outbox.length > 0) await this.#flush();
    const { timeouts } = this.#context;
    const transport = this.#transport;
    if (!this.#http.isInHead) {
      if (this.#draining && this.#anyRequest) return false;
      if (this.#anyRequest) transport.arm("idle", timeouts.keepAlive);
    } else if (this.#anyRequest && transport.phase !== "head") transport.arm("head", timeouts.header);
    else transport.phase = "head";
    const result = await transport.read(HEAD_READ);
    if (result === "ended") this.#http.endOfInput();
    return result !== "gone" && this.#refusal === undefined;
  }

  /** Answers one request; false if the connection must not be used again. */
  #answer(head: RequestHead): boolean | Promise<boolean> {
    this.#anyRequest = true;
    this.#transport.disarm();
    const request = new ConnectionRequest(head, this.#http, this.#transport);
    let response: Response | Promise<Response>;
    try {
      response = this.#handler(request);
    } catch (error) {
      response = this.#failure(error);
    }
    if (response instanceof Promise) return this.#answerLater(request, response);
    return this.#respond(request, response);
  }

  async #answerLater(request: ConnectionRequest, promise: Promise<Response>): Promise<boolean> {
    if (this.#outbox.length > 0) await this.#flush();
    if (request.body.length === 0) this.#transport.watch(READ_AHEAD);
    let response: Response;
    try {
      response = await promise;
    } catch (error) {
      if (error instanceof GoneError) throw error;
      response = this.#failure(error);
    }
    return this.#respond(request, response);
  }

  #respond(request: ConnectionRequest, response: Response): boolean | Promise<boolean> {
    const { body } = response;
    const length = body === undefined ? 0 : body.length;
    const framing = responseFraming(request.version, request.method, response.status, length);
    const keepAlive = request.head.keepAlive && !this.#draining && framing !== "close" &&
      this.#bodyIsNoObstacle(request);
    const noLength = framing === "chunked" || response.status === 204 || response.status === 304;
    const head = responseHead({
      version: request.version,
      status: response.status,
      reason: response.reason,
      fields: response.fields,
      length: noLength ? undefined : length,
      chunked: framing === "chunked",
      keepAlive,
      now: this.#context.clock.now(),
    });
    this.#http.responseBegins();
    if (body === undefined || body instanceof Uint8Array) {
      const content = framing === "none" ? undefined : body;
      if (head.length + (content?.length ?? 0) > this.#outbox.room) {
        return this.#respondLarge(request, response, head, content, keepAlive);
      }
      this.#outbox.text(head);
      if (content) this.#outbox.bytes(content);
      this.#http.responseEnds();
      this.#log(request, response.status, content?.length ?? 0);
      return keepAlive ? this.#nextCycle() : false;
    }
    return this.#respondFromSource(request, response.status, head, body, framing, keepAlive);
  }

  /** Writes content that is at hand but does not fit the outbox. */
  async #respondLarge(
    request: ConnectionRequest,
    response: Response,
    head: string,
    content: Uint8Array | undefined,
    keepAlive: boolean,
  ): Promise<boolean> {
    await this.#flush();
    this.#outbox.text(head);
    await this.#flush();
    if (content) await this.#transport.write(content);
    this.#http.responseEnds();
    this.#log(request, response.status, content?.length ?? 0);
    return keepAlive ? this.#nextCycle() : false;
  }

  async #respondFromSource(
    request: ConnectionRequest,
    status: number,
    head: string,
    source: BodySource,
    framing: ReturnType<typeof responseFraming>,
    keepAlive: boolean,
  ): Promise<boolean> {
    let sent = 0;
    try {
      if (this.#outbox.length > 0) await this.#flush();
      if (framing === "none") {
        source.close();
        this.#outbox.text(head);
      } else {
        if (request.body.length === 0) this.#transport.watch(READ_AHEAD);
        sent = await sendSource(this.#transport, head, source, framing);
      }
    } catch (error) {
      source.close();
      this.#log(request, status, sent);
      if (!(error instanceof ShortBodyError)) throw error;
      this.#logFailure(error);
      this.#transport.close();
      return false;
    }
    this.#http.responseEnds();
    this.#log(request, status, sent);
    return keepAlive ? this.#nextCycle() : false;
  }

  /** True if what is left of the request's body does not keep the connection from being used again. */
  #bodyIsNoObstacle(request: ConnectionRequest): boolean {
    if (this.#http.clientState === "closed") return false;
    const left = this.#http.remaining;
    if (left === 0) return true;
    if (request.body instanceof ConnectionBody && request.body.awaitsContinue) return false;
    return left !== undefined && left <= DISCARDED;
  }

  /** Drops what is left of the request, so that the next one can be read. */
  #nextCycle(): boolean | Promise<boolean> {
    if (this.#http.clientState !== "done" && this.#http.next().type !== "end of message") {
      return this.#discardBody();
    }
    this.#http.startNextCycle();
    return true;
  }

  async #discardBody(): Promise<boolean> {
    await this.#flush();
    for (;;) {
      const event = this.#http.next();
      if (event.type === "end of message") break;
      if (event.type === "closed") return false;
      if (event.type !== "need data") continue;
      await this.#transport.readBody(HEAD_READ);
      if (this.#transport.ended) this.#http.endOfInput();
    }
    this.#http.startNextCycle();
    return true;
  }

  /** After the last response: closes gently if the client may still be sending. */
  async #end(): Promise<void> {
    await this.#flush();
    if (this.#http.clientState !== "closed" && this.#http.remaining === 0 && this.#http.buffer.length === 0) {
      return;
    }
    await this.#transport.linger(LINGER_TIME, LINGER_BYTES);
  }

  /** Answers bytes that are no request, or a request that came too slowly. */
  async #refuse(error: PeerError): Promise<void> {
    const response = errorResponse(error.status);
    this.#log(undefined, error.status, response.body?.length ?? 0);
    await this.#sendLast(response);
  }

  async #sendLast(response: Response & { readonly body: Uint8Array | undefined }): Promise<void> {
    this.#outbox.text(responseHead({
      version: "HTTP/1.1",
      status: response.status,
      reason: undefined,
      fields: response.fields,
      length: response.body?.length ?? 0,
      chunked: false,
      keepAlive: false,
      now: this.#context.clock.now(),
    }));
    if (response.body) this.#outbox.bytes(response.body);
    await this.#flush();
    await this.#transport.linger(LINGER_TIME, LINGER_BYTES);
  }

  #flush(): Promise<void> {
    return this.#outbox.flush((bytes) => this.#transport.write(bytes));
  }

  /** What a handler's throw becomes: the peer's fault, or ours. */
  #failure(error: unknown): Response {
    if (error instanceof PeerError) return errorResponse(error.status);
    this.#logFailure(error);
    return errorResponse(500);
  }

  #logFailure(error: unknown): void {
    this.#context.errorLog.line(
      `error: ${error instanceof Error ? error.stack ?? error.message : String(error)}`,
    );
  }

  #log(request: ConnectionRequest | undefined, status: number, bytes: number): void {
    const { accessLog, clock } = this.#context;
    if (!accessLog) return;
    accessLog.write({
      remote: this.#transport.connection.remote.hostname,
      host: request?.host ?? "",
      method: request?.method ?? "",
      target: request?.target ?? "",
      protocol: request?.version ?? "",
      status,
      bytes,
      duration: request ? clock.monotonic() - request.started : 0,
      referer: request?.fields.get("referer"),
      userAgent: request?.fields.get("user-agent"),
    }, clock.now());
  }
}

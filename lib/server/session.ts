/**
 * One connection's life: requests are read, handled and answered in their order, until one side has enough.
 *
 * @module
 */
import { GoneError, type Handler, type Response } from "../http/message.ts";
import { ServerConnection } from "../http1/connection.ts";
import type { Event, RequestHead } from "../http1/events.ts";
import { PeerError } from "../http1/peer_error.ts";
import { errorResponse } from "../pages/error_response.ts";
import type { ByteConnection } from "../ports.ts";
import type { ServerContext } from "./context.ts";
import { ConnectionRequest } from "./request.ts";
import { ConnectionBody } from "./request_body.ts";
import { Responder } from "./responder.ts";
import { Transport } from "./transport.ts";

/** Room for a head. */
const HEAD_READ = 2048;

/** A body that no handler wanted is read and dropped up to this length, so that the connection can stay. */
const DISCARDED = 64 * 1024;

/** What a client has sent before it can know of our end may take so long to reach us, in milliseconds. */
const UNDER_WAY = 50;

/** The peer broke a rule. */
interface Fault {
  readonly type: "fault";
  readonly status: number;
}

/** Serves one connection. */
export class Session {
  readonly #http: ServerConnection;
  readonly #transport: Transport;
  readonly #responder: Responder;
  readonly #context: ServerContext;
  readonly #handler: Handler;
  #draining = false;
  #retiring = false;
  /** Of the current request. */
  #body: ConnectionBody | undefined;
  #anyRequest = false;
  #anyBody = false;
  /** Under way once a head has taken too long. */
  #refusal: Promise<void> | undefined;

  constructor(connection: ByteConnection, handler: Handler, context: ServerContext) {
    this.#http = new ServerConnection(context.limits);
    this.#transport = new Transport(connection, this.#http.buffer, context);
    this.#transport.onHeadTimeout = () => this.#refuseSlowHead();
    this.#responder = new Responder(this.#http, this.#transport);
    this.#context = context;
    this.#handler = handler;
  }

  /**
   * Resolves when the connection is closed. Never rejects.
   *
   * PERF: one function that waits, and none below it on the common path: what an idle connection waits in is most of
   * its memory.
   */
  async run(): Promise<void> {
    this.#transport.arm("idle", this.#context.timeouts.header);
    try {
      while (true) {
        const event = this.#next();
        if (event.type === "need data") {
          if (this.#responder.holdsBack) await this.#responder.flush();
          this.#responder.rest();
          this.#armForHead();
          const result = await this.#transport.read(HEAD_READ);
          if (result === "ended") this.#http.endOfInput();
          if (result === "gone" || this.#refusal !== undefined) break;
        } else if (event.type === "request") {
          // Nothing may stand between this client and `100 Continue`.
          if (event.expectsContinue && this.#responder.holdsBack) await this.#responder.flush();
          const answered = this.#answer(event);
          const stays = typeof answered === "boolean" ? answered : await answered;
          this.#letGo();
          const next = stays && this.#nextCycle();
          if (!(typeof next === "boolean" ? next : await next)) {
            await this.#end();
            break;
          }
        } else {
          await (event.type === "fault"
            ? this.#responder.respondLast(errorResponse(event.status))
            : this.#responder.flush());
          break;
        }
      }
      await this.#refusal;
    } catch (error) {
      this.#noteFailure(error);
    } finally {
      this.#close();
    }
  }

  /** Answers 503 and closes: for a connection over the limit. Never rejects. */
  turnAway(): Promise<void> {
    return this.#responder.respondLast(errorResponse(503, "Retry-After: 1\r\n"))
      .catch((error) => this.#noteFailure(error))
      .finally(() => this.#close());
  }

  /** Answers one more request at the most: others have taken over. An idle connection is kept for that one. */
  retire(): void {
    this.#retiring = true;
  }

  /** Lets the current exchange end and then closes; an idle connection is closed unless a request is under way. */
  drain(): void {
    this.#draining = true;
    if (this.#transport.phase === "idle") this.#transport.arm("idle", UNDER_WAY);
  }

  /** Closes whatever is under way. */
  abort(): void {
    this.#transport.close();
  }

  #refuseSlowHead(): void {
    this.#refusal = this.#responder.respondLast(errorResponse(408));
    // run() looks at it once the read is over. Until then its failure must not count as nobody's.
    this.#refusal.catch(() => {});
  }

  #close(): void {
    this.#http.giveUp();
    // Not where a write has failed: the system may still be reading from the buffer.
    if (!this.#transport.gone) this.#responder.rest();
    // Nor where somebody may still be reading into it, or from a piece of a body in it.
    if (!this.#transport.isReading && !this.#anyBody) this.#http.buffer.release();
    this.#transport.close();
  }

  #next(): Event | Fault {
    try {
      return this.#http.next();
    } catch (error) {
      if (!(error instanceof PeerError)) throw error;
      return { type: "fault", status: error.status };
    }
  }

  /** The deadline for what comes next: the rest of a head, or a request at all. */
  #armForHead(): void {
    const { timeouts } = this.#context;
    const transport = this.#transport;
    if (!this.#http.isInHead) {
      if (this.#draining) transport.arm("idle", UNDER_WAY);
      else if (this.#anyRequest) transport.arm("idle", timeouts.keepAlive);
    } else if (this.#anyRequest && transport.phase !== "head") transport.arm("head", timeouts.header);
    else transport.phase = "head";
  }

  /** Answers one request; false if the connection must not be used again. */
  #answer(head: RequestHead): boolean | Promise<boolean> {
    this.#anyRequest = true;
    this.#transport.disarm();
    const request = new ConnectionRequest(head, this.#http, this.#transport);
    if (request.body instanceof ConnectionBody) {
      this.#body = request.body;
      this.#anyBody = true;
    }
    let response: Response | Promise<Response>;
    try {
      response = this.#handler(request);
    } catch (error) {
      response = this.#failure(error);
    }
    if (response instanceof Promise) return this.#answerLater(request, response);
    return this.#responder.respond(request, response, this.#mayStay(request));
  }

  async #answerLater(request: ConnectionRequest, promise: Promise<Response>): Promise<boolean> {
    // Looked after from the start: it may reject while earlier answers are still being written.
    const settled = promise.catch((error) => error instanceof GoneError ? undefined : this.#failure(error));
    try {
      if (this.#responder.holdsBack) await this.#responder.flush();
    } catch (error) {
      // Nobody is left who would send the answer, and so close its source.
      void settled.then(closeSource);
      throw error;
    }
    if (request.body.length === 0) this.#transport.watch();
    const response = await settled;
    if (!response) throw new GoneError();
    return this.#responder.respond(request, response, this.#mayStay(request));
  }

  /** True if neither side wants to close, and what is left of the request's body is no obstacle. */
  #mayStay(request: ConnectionRequest): boolean {
    if (!request.head.keepAlive || this.#draining || this.#retiring || this.#http.clientState === "closed") {
      return false;
    }
    // Its rest may still come, or not: it has been waited for long enough.
    if (this.#transport.stalled) return false;
    const left = this.#http.remaining;
    if (left === 0) return true;
    if (this.#body?.awaitsContinue) return false;
    return left !== undefined && left <= DISCARDED;
  }

  /** The exchange is over: whoever still reads the body or watches the client stops. */
  #letGo(): void {
    this.#body?.detach();
    this.#body = undefined;
    this.#transport.unwatch();
  }

  /** Drops what is left of the request, so that the next one can be read; false if that can not be done. */
  #nextCycle(): boolean | Promise<boolean> {
    if (this.#http.clientState !== "done" && this.#http.remaining !== 0) return this.#discardBody();
    if (this.#http.clientState !== "done") this.#http.next();
    this.#http.startNextCycle();
    return true;
  }

  async #discardBody(): Promise<boolean> {
    await this.#responder.flush();
    try {
      for (;;) {
        const event = this.#http.next();
        if (event.type === "end of message") break;
        if (event.type === "closed") return false;
        if (event.type !== "need data") continue;
        await this.#transport.readBody(HEAD_READ);
        if (this.#transport.ended) this.#http.endOfInput();
      }
    } catch (error) {
      // It has its answer already; what is wrong with the rest of it only matters to the connection.
      if (error instanceof PeerError) return false;
      throw error;
    }
    this.#http.startNextCycle();
    return true;
  }

  /** After the last response: closes gently if the client may still be sending. */
  async #end(): Promise<void> {
    await this.#responder.flush();
    const allRead = this.#http.clientState !== "closed" && this.#http.remaining === 0 &&
      this.#http.buffer.length === 0;
    if (!allRead) await this.#responder.linger();
  }

  /** What a handler's throw becomes: the peer's fault, or ours. */
  #failure(error: unknown): Response {
    if (error instanceof PeerError) return errorResponse(error.status);
    this.#logFailure(error);
    return errorResponse(500);
  }

  /** What ended the connection, unless it is only that the client left. */
  #noteFailure(error: unknown): void {
    if (!(error instanceof GoneError)) this.#logFailure(error);
  }

  #logFailure(error: unknown): void {
    this.#context.errorLog.line(
      `error: ${error instanceof Error ? error.stack ?? error.message : String(error)}`,
    );
  }
}

function closeSource(response: Response | undefined): void {
  const body = response?.body;
  if (body !== undefined && !(body instanceof Uint8Array)) body.close();
}

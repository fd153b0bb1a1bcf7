/**
 * One connection's life in HTTP/1.1: requests are read, handled and answered in their order, until one side has enough.
 *
 * @module
 */
import { busy, GoneError, HttpError, refusal } from "../../http/errors.ts";
import type { Handler, Recording, Response } from "../../http/message.ts";
import { NOWHERE } from "../../http/roster.ts";
import { ServerConnection } from "../../http1/connection.ts";
import type { Event, RequestHead } from "../../http1/events.ts";
import { errorResponse } from "../../pages/error_response.ts";
import type { ByteConnection } from "../../ports.ts";
import { ByteStream } from "../byte_stream.ts";
import type { ServerContext } from "../context.ts";
import type { DeadlineOwner, Phase } from "../deadline.ts";
import { Departure } from "../departure.ts";
import { closeSource, failureResponse, noteFailure } from "../failures.ts";
import { type LoadHttp2, type Protocol, SHORT_LINGERING, UNDER_WAY } from "../protocol.ts";
import { ConnectionRequest } from "./request.ts";
import { ConnectionBody, EMPTY_BODY } from "./request_body.ts";
import { Responder } from "./responder.ts";

/** Room for a head. */
const HEAD_READ = 2048;

/** The peer broke a rule. */
interface Fault {
  readonly type: "fault";
  readonly error: HttpError;
}

/** Serves one connection. */
export class Http1Session implements Protocol, DeadlineOwner {
  place = NOWHERE;
  readonly #http: ServerConnection;
  readonly #stream: ByteStream;
  readonly #departure: Departure;
  readonly #responder: Responder;
  readonly #context: ServerContext;
  readonly #handler: Handler;
  readonly #http2: LoadHttp2 | undefined;
  #draining = false;
  #retiring = false;
  /** Of the current request, where somebody takes it down. */
  #recording: Recording | undefined;
  /** Of the current request. */
  #body: ConnectionBody | undefined;
  #anyRequest = false;
  #anyBody = false;
  /** Speaks on the connection in our place, once its client has begun with HTTP/2. */
  #successor: Protocol | undefined;
  /** Under way once a head has taken too long. */
  #refusal: Promise<void> | undefined;

  /** @param http2 for a client that begins with HTTP/2's preface; undefined where that is not spoken */
  constructor(connection: ByteConnection, handler: Handler, context: ServerContext, http2?: LoadHttp2) {
    this.#http = new ServerConnection(context.settings.limits);
    this.#stream = new ByteStream(connection, this.#http.buffer, context, this);
    this.#departure = new Departure(this.#stream);
    this.#responder = new Responder(this.#http, this.#stream, this.#departure);
    this.#context = context;
    this.#handler = handler;
    this.#http2 = http2;
  }

  /**
   * PERF: one function that waits, and none below it on the common path: what an idle connection waits in is most of
   * its memory.
   */
  async run(): Promise<void> {
    this.#stream.deadline.arm("idle", this.#context.settings.timeouts.header);
    try {
      while (true) {
        const event = this.#next();
        if (event.type === "need data") {
          if (this.#responder.holdsBack) await this.#responder.flush();
          this.#responder.rest();
          this.#armForHead();
          const result = await this.#stream.read(HEAD_READ);
          if (result === "ended") this.#http.endOfInput();
          if (result === "gone" || this.#refusal !== undefined) break;
        } else if (event.type === "request") {
          // Nothing may stand between this client and `100 Continue`.
          if (event.expectsContinue && this.#responder.holdsBack) await this.#responder.flush();
          const answered = this.#answer(event);
          const stays = typeof answered === "boolean" ? answered : await answered;
          this.#endExchange();
          const next = stays && this.#nextCycle();
          if (!(typeof next === "boolean" ? next : await next)) {
            await this.#end();
            break;
          }
        } else if (event.type === "fault" && this.#http2 !== undefined && this.#http.isHttp2) {
          await this.#handOver(this.#http2);
          break;
        } else {
          await (event.type === "fault"
            ? this.#responder.respondLast(failureResponse(event.error, this.#stream))
            : this.#responder.flush());
          break;
        }
      }
      await this.#refusal;
    } catch (error) {
      noteFailure(error, this.#context.errorLog);
    } finally {
      this.#close();
    }
  }

  turnAway(): Promise<void> {
    this.#stream.hurry(SHORT_LINGERING);
    const { connections } = this.#context.settings.limits;
    const error = busy(`${connections} connections are open, which is limits.connections`);
    return this.#responder.respondLast(failureResponse(error, this.#stream))
      .catch((error) => noteFailure(error, this.#context.errorLog))
      .finally(() => this.#close());
  }

  get answering(): number {
    if (this.#successor !== undefined) return this.#successor.answering;
    if (this.#responder.isTunnel) return 0;
    const { phase } = this.#stream.deadline;
    return phase === "nothing" || phase === "send" || phase === "half-closed" ? 1 : 0;
  }

  /** One more request is answered at the most. An idle connection is kept for that one. */
  retire(): void {
    this.#retiring = true;
    this.#successor?.retire();
  }

  /** An idle connection is closed only once nothing can be under way to us. */
  drain(): void {
    this.#draining = true;
    if (this.#successor !== undefined) return this.#successor.drain();
    this.#stream.hurry(SHORT_LINGERING);
    if (this.#stream.deadline.phase === "idle") this.#stream.deadline.arm("idle", UNDER_WAY);
  }

  hangUp(): void {
    this.#responder.hangUp();
    this.#successor?.hangUp();
  }

  abort(): void {
    this.#stream.close();
    this.#successor?.abort();
  }

  late(phase: Phase): void {
    if (phase !== "head") return this.#stream.close();
    this.#refusal = this.#responder.respondLast(errorResponse(refusal(408)));
    // run() looks at it once the read is over. Until then its failure must not count as nobody's.
    this.#refusal.catch(() => {});
  }

  /** HTTP/2 takes over the connection, with what was received. */
  async #handOver(load: LoadHttp2): Promise<void> {
    this.#stream.deadline.disarm();
    const create = await load();
    if (this.#stream.gone) return;
    const { bytes, start, end } = this.#http.buffer;
    const successor = create(this.#stream.release(), this.#handler, this.#context, bytes.slice(start, end));
    this.#successor = successor;
    if (this.#draining) successor.drain();
    else if (this.#retiring) successor.retire();
    if (this.#responder.isHangingUp) successor.hangUp();
    await successor.run();
  }

  #close(): void {
    this.#http.giveUp();
    this.#recording?.left();
    // Not where a write has failed: the system may still be reading from the buffer.
    if (!this.#stream.gone) this.#responder.rest();
    // Nor where somebody may still be reading into it, or from a piece of a body in it.
    if (!this.#stream.isReading && !this.#anyBody) this.#http.buffer.release();
    this.#stream.close();
  }

  #next(): Event | Fault {
    try {
      return this.#http.next();
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      return { type: "fault", error };
    }
  }

  /** The deadline for what comes next: the rest of a head, or a request at all. */
  #armForHead(): void {
    const { timeouts } = this.#context.settings;
    const { deadline } = this.#stream;
    if (!this.#http.isInHead) {
      if (this.#draining) deadline.arm("idle", UNDER_WAY);
      else if (this.#anyRequest) deadline.arm("idle", timeouts.keepAlive);
    } else if (this.#anyRequest && deadline.phase !== "head") deadline.arm("head", timeouts.header);
    else deadline.rename("head");
  }

  /** Answers one request; false if the connection must not be used again. */
  #answer(head: RequestHead): boolean | Promise<boolean> {
    this.#anyRequest = true;
    this.#stream.deadline.disarm();
    const body = head.body.kind === "none" ? EMPTY_BODY : this.#takeBody(head.body);
    const request = new ConnectionRequest(head, body, this.#stream, this.#departure, this.#responder);
    let response: Response | Promise<Response>;
    try {
      response = this.#handler(request);
    } catch (error) {
      response = failureResponse(error, this.#stream, request);
    }
    this.#recording = request.record;
    if (response instanceof Promise) return this.#answerLater(request, response);
    return this.#responder.respond(request, response, this.#mayStay);
  }

  async #answerLater(request: ConnectionRequest, promise: Promise<Response>): Promise<boolean> {
    // Looked after from the start: it may reject while earlier answers are still being written.
    const settled = promise.catch((error) =>
      error instanceof GoneError ? undefined : failureResponse(error, this.#stream, request)
    );
    try {
      if (this.#responder.holdsBack) await this.#responder.flush();
    } catch (error) {
      // Nobody is left who would send the answer, and so close its source.
      void settled.then(closeSource);
      throw error;
    }
    // PERF: a read that waits would keep its buffer from a tunnel, which most upgrades are soon.
    if (request.upgrade !== undefined) this.#departure.watchLater();
    else if (request.body.length === 0) this.#departure.watch();
    const response = await settled;
    if (!response) throw new GoneError();
    return this.#responder.respond(request, response, this.#mayStay);
  }

  #takeBody(framing: RequestHead["body"]): ConnectionBody {
    const length = framing.kind === "length" ? framing.length : undefined;
    this.#anyBody = true;
    return this.#body = new ConnectionBody(this.#http, this.#stream, this.#departure, length);
  }

  /** True if neither side wants to close. */
  get #mayStay(): boolean {
    return this.#http.mayStay && !this.#draining && !this.#retiring && !this.#body?.stalled;
  }

  /** The exchange is over: whoever still reads the body or watches the client stops. */
  #endExchange(): void {
    this.#recording = undefined;
    this.#body?.detach();
    this.#departure.unwatch();
  }

  /** Drops what is left of the request, so that the next one can be read; false if that cannot be done. */
  #nextCycle(): boolean | Promise<boolean> {
    const body = this.#body;
    this.#body = undefined;
    if (body !== undefined && !this.#http.isRequestWhole) return this.#discard(body);
    this.#http.startNextCycle();
    return true;
  }

  async #discard(body: ConnectionBody): Promise<boolean> {
    await this.#responder.flush();
    if (!(await body.discard())) return false;
    this.#http.startNextCycle();
    return true;
  }

  /** After the last response: closes gently if the client may still be sending. */
  async #end(): Promise<void> {
    await this.#responder.flush();
    const allRead = this.#http.isRequestWhole && this.#http.buffer.length === 0;
    if (!allRead) await this.#stream.linger();
  }
}

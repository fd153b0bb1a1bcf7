/**
 * The streams of one connection that are being answered.
 *
 * @module
 */
import { GoneError } from "../../http/errors.ts";
import type { Handler, Response } from "../../http/message.ts";
import type { ServerConnection } from "../../http2/connection.ts";
import { ErrorCode } from "../../http2/error_codes.ts";
import type { RefusalEvent, RequestEvent } from "../../http2/events.ts";
import type { ByteStream } from "../byte_stream.ts";
import { failureResponse } from "../failures.ts";
import { ContentBuffers } from "./content_buffers.ts";
import { EarlyAnswers } from "./early_answers.ts";
import { ServedStream } from "./stream.ts";
import type { EndedStream, StreamHost } from "./stream_host.ts";

/** What streams need of their connection. */
export interface StreamsOwner {
  readonly answer: Handler;
  /** There is something to be sent. */
  wake(): void;
  /** The peer has ended its side, and somebody wants to know when it leaves. */
  watched(): void;
}

/** Gives each request to the handler, and its answer to the wire. */
export class Streams implements StreamHost {
  readonly http: ServerConnection;
  readonly bytes: ByteStream;
  readonly buffers: ContentBuffers;
  isHangingUp = false;
  readonly #owner: StreamsOwner;
  readonly #streams = new Map<number, ServedStream>();
  readonly #early: EarlyAnswers;

  constructor(http: ServerConnection, bytes: ByteStream, owner: StreamsOwner) {
    this.http = http;
    this.bytes = bytes;
    this.buffers = new ContentBuffers(bytes.context);
    this.#early = new EarlyAnswers(http, bytes.context, () => this.wake());
    this.#owner = owner;
  }

  /** How many last. */
  get size(): number {
    return this.#streams.size;
  }

  /** How many are being answered. */
  get answering(): number {
    let count = 0;
    for (const { isTunnel } of this.#streams.values()) if (!isTunnel) count++;
    return count;
  }

  /** Nothing is being answered, nor comes of what was. */
  get areIdle(): boolean {
    return this.#streams.size === 0 && this.#early.size === 0;
  }

  /** Content of one of them at least is on its way. */
  get isSending(): boolean {
    for (const { isSending } of this.#streams.values()) if (isSending) return true;
    return false;
  }

  /** Somebody wants to know when the peer leaves. */
  get areWatched(): boolean {
    for (const { isWatched } of this.#streams.values()) if (isWatched) return true;
    return false;
  }

  /** Those whose content is on its way. */
  *sending(): Iterable<number> {
    for (const stream of this.#streams.values()) if (stream.isSending) yield stream.id;
  }

  begin(event: RequestEvent): void {
    const stream = new ServedStream(event, this);
    this.#streams.set(stream.id, stream);
    let response: Response | Promise<Response>;
    try {
      response = this.#owner.answer(stream);
    } catch (error) {
      return this.#fail(stream, error);
    }
    if (!(response instanceof Promise)) return stream.respond(response);
    response.then((answer) => {
      stream.respond(answer);
      this.wake();
    }).catch((error) => this.#fail(stream, error));
  }

  /** Answers what was no request. */
  refuse({ stream, error, endsStream }: RefusalEvent): void {
    const { http, bytes: { connection, context } } = this;
    const response = failureResponse(error, this.bytes), { status, fields, body, why } = response;
    http.respond(stream, { status, fields, length: body.length, now: context.clock.now() }, false);
    http.offer(stream, body, true);
    if (!endsStream) this.#early.add(stream, { stalled: false });
    context.settings.accessLog?.write(connection, undefined, { status, bytes: body.length, why }, response);
  }

  receive(id: number, bytes: Uint8Array): void {
    const content = this.#streams.get(id)?.content;
    if (content === undefined) this.#early.receive(id, bytes.length);
    else content.put(bytes);
  }

  receiveEnd(id: number): void {
    this.#early.delete(id);
    this.#streams.get(id)?.content?.end();
  }

  /** The peer has taken a request back, or broke a rule within it. */
  lose(id: number): void {
    this.#early.delete(id);
    this.#streams.get(id)?.leave();
  }

  /** The rest of no request will come. */
  loseUnfinished(): void {
    for (const stream of this.#streams.values()) {
      if (!stream.isRequestWhole) stream.reset(ErrorCode.Cancel);
    }
  }

  /** The peer has left. */
  leave(): void {
    this.#early.end();
    for (const stream of this.#streams.values()) stream.leave();
  }

  /** The server ends: so do its tunnels, as soon as nothing is on its way in them. */
  hangUp(): void {
    this.isHangingUp = true;
    for (const stream of this.#streams.values()) stream.hangUp();
  }

  drained(id: number): void {
    this.#streams.get(id)?.drained();
  }

  reset(id: number, code: ErrorCode): void {
    this.#streams.get(id)?.reset(code);
  }

  /** The rest of what was answered is waited for no more. True if there was any. */
  endEarly(): boolean {
    const wereAny = this.#early.size > 0;
    this.#early.resetAll();
    return wereAny;
  }

  wake(): void {
    if (this.http.hasOutput) this.#owner.wake();
  }

  watched(): void {
    if (this.bytes.ended) this.#owner.watched();
  }

  ended(stream: EndedStream, isAnswered: boolean): void {
    this.#streams.delete(stream.id);
    // Without anything to be sent for it.
    if (stream.isTunnel) this.#owner.wake();
    if (isAnswered && stream.content?.isWhole === false) this.#early.add(stream.id, stream.content);
  }

  /** A handler's throw is an answer, too. */
  #fail(stream: ServedStream, error: unknown): void {
    if (error instanceof GoneError || stream.hasBegun) stream.reset(ErrorCode.InternalError);
    else stream.respond(failureResponse(error, this.bytes, stream));
    this.wake();
  }
}

/**
 * Requests whose answers were complete before their content was (RFC 9113 section 8.1). The rest is dropped as it comes,
 * so that the client ends its stream itself, as over HTTP/1.1 (see ByteStream.linger): many a client takes a reset for a
 * failure, and curl loses the answer over it. One that takes too long is told that it need not go on: RST_STREAM with
 * NO_ERROR behind the answer.
 *
 * @module
 */
import { NOWHERE } from "../../http/roster.ts";
import type { ServerConnection } from "../../http2/connection.ts";
import { ErrorCode } from "../../http2/error_codes.ts";
import type { ServerContext } from "../context.ts";
import type { Waiting } from "../deadlines.ts";

/** The rest of a request has begun to come, or comes no more, after so long, in milliseconds. */
const MOST_PAUSE = 5000;

/** What is known of a request's rest. */
export interface Rest {
  /** It has been waited for long enough already. */
  readonly stalled: boolean;
}

interface Early {
  /** On the clock of the deadlines: without another piece it is over then. */
  pauseUntil: number;
  /** And then whatever comes. */
  readonly until: number;
}

/** Those of one connection. */
export class EarlyAnswers implements Waiting {
  place = NOWHERE;
  deadline = Infinity;
  readonly #http: ServerConnection;
  readonly #context: ServerContext;
  /** There is something to be sent. */
  readonly #wake: () => void;
  readonly #requests = new Map<number, Early>();

  constructor(http: ServerConnection, context: ServerContext, wake: () => void) {
    this.#http = http;
    this.#context = context;
    this.#wake = wake;
  }

  get size(): number {
    return this.#requests.size;
  }

  /** The answer is queued to its end, the request is not whole. */
  add(id: number, { stalled }: Rest): void {
    if (stalled) return this.#reset(id);
    const { deadlines, settings: { timeouts } } = this.#context;
    deadlines.add(this);
    const pauseUntil = deadlines.in(Math.min(timeouts.body, MOST_PAUSE));
    this.#requests.set(id, { pauseUntil, until: deadlines.in(timeouts.body) });
    this.deadline = Math.min(this.deadline, pauseUntil);
  }

  /** More of it has come. */
  receive(id: number, count: number): void {
    this.#http.consumed(id, count);
    const early = this.#requests.get(id);
    if (early === undefined) return;
    const { deadlines, settings: { timeouts } } = this.#context;
    early.pauseUntil = Math.min(early.until, deadlines.in(Math.min(timeouts.body, MOST_PAUSE)));
  }

  /** It is whole, or the stream is over. */
  delete(id: number): void {
    if (this.#requests.delete(id) && this.#requests.size === 0) this.end();
  }

  /** None is waited for any more. */
  resetAll(): void {
    for (const id of this.#requests.keys()) this.#reset(id);
  }

  /** Looks no more. */
  end(): void {
    this.#requests.clear();
    this.deadline = Infinity;
    this.#context.deadlines.delete(this);
  }

  expire(): void {
    const { now } = this.#context.deadlines;
    this.deadline = Infinity;
    for (const [id, { pauseUntil }] of this.#requests) {
      if (pauseUntil <= now) this.#reset(id);
      else this.deadline = Math.min(this.deadline, pauseUntil);
    }
  }

  #reset(id: number): void {
    this.delete(id);
    this.#http.reset(id, ErrorCode.NoError);
    this.#wake();
  }
}

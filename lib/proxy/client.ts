/**
 * Requests of our own over connections that are kept, with the deadlines and the back pressure of a proxy's.
 *
 * @module
 */
import { BytesSource } from "../http/bytes_source.ts";
import type { HttpClient, OwnAnswer, OwnContent, OwnRequest } from "../http/http_client.ts";
import type { RequestBody } from "../http/message.ts";
import { UpstreamFault } from "../http1/client_connection.ts";
import type { AnswerHead } from "../http1/client_events.ts";
import { DialError } from "../ports.ts";
import { contentOf } from "./answer.ts";
import type { UpstreamConnection } from "./connection.ts";
import { type ExchangePorts, type Told, UpstreamExchange } from "./exchange.ts";
import { connectError } from "./failures.ts";
import { errorOf, IDEMPOTENT } from "./proxy.ts";
import type { Upstream } from "./upstream.ts";

/** Asks one server. Whoever has the Upstream stops it. */
export class UpstreamClient implements HttpClient {
  constructor(readonly upstream: Upstream, readonly ports: ExchangePorts) {}

  /**
   * An answer that comes before all of the content was there to be sent is the answer all the same, and the connection is
   * given up behind it: unless it is a success, which can be none of what was not all told.
   *
   * @throws {HttpError} by rejecting: 502 or 504, as HttpClient has it
   * @throws {unknown} what the content's reading rejects with, as it is; the server sees the connection break then
   */
  async ask(request: OwnRequest): Promise<OwnAnswer> {
    let content = request.content;
    for (let kept = this.upstream.takeKept();; kept = undefined) {
      const connection = kept ?? await this.#connect(request.timeouts.connect);
      const sent = content && new Sent(content);
      const exchange = this.#exchange(request, sent, connection);
      try {
        return answerOf(exchange, await headOf(exchange, sent));
      } catch (error) {
        exchange.abort();
        if (kept === undefined || !mayBeToldAgain(error, request)) throw errorOf(error, exchange);
        content = content?.again?.();
      }
    }
  }

  #exchange(
    { method, target, fields, timeouts }: OwnRequest,
    sent: Sent | undefined,
    connection: UpstreamConnection,
  ): UpstreamExchange {
    const told: Told = { method, body: sent ?? NOTHING, onGone: NOBODY_LEAVES };
    return new UpstreamExchange(
      told,
      this.upstream.target,
      this.upstream,
      {
        target,
        fields,
        upgrades: false,
        webSocketKey: undefined,
        expects: false,
        bodyLimit: Infinity,
        timeout: timeouts.read,
      },
      connection,
      this.ports,
    );
  }

  async #connect(timeout: number): Promise<UpstreamConnection> {
    try {
      return await this.upstream.connect(timeout);
    } catch (error) {
      throw error instanceof DialError ? connectError(this.upstream.target, error) : error;
    }
  }
}

const NOTHING: RequestBody = { length: 0, read: () => Promise.resolve(null) };

const NOBODY_LEAVES = () => () => {};

/** Content on its way: how much of it has been given to be sent. */
class Sent implements RequestBody {
  readonly length: number;
  #left: number;

  constructor(readonly content: OwnContent) {
    this.length = this.#left = content.length;
  }

  get isWhole(): boolean {
    return this.#left === 0;
  }

  async read(): Promise<Uint8Array | null> {
    if (this.#left === 0) return null;
    const piece = await this.content.read();
    if (piece === null) throw new Error(`Content ends ${this.#left} bytes before its announced length`);
    if (piece.length > this.#left) throw new Error("Content is longer than was announced");
    this.#left -= piece.length;
    return piece;
  }
}

/** @throws as UpstreamExchange.head() */
async function headOf(exchange: UpstreamExchange, sent: Sent | undefined): Promise<AnswerHead> {
  const head = await exchange.head();
  if (head.type === "switched") throw new UpstreamFault("101 without being asked for another protocol");
  if (sent === undefined || sent.isWhole) return head;
  exchange.leaveContent();
  if (head.status >= 300) return head;
  throw new UpstreamFault(`${head.status} before all of the content was sent`);
}

/** Ends the exchange, or has the body end it. @throws {UpstreamFault} */
function answerOf(exchange: UpstreamExchange, head: AnswerHead): OwnAnswer {
  const body = contentOf(exchange, head);
  const isAtHand = body === undefined || body instanceof Uint8Array;
  return {
    status: head.status,
    fields: head.fields,
    body: isAtHand ? new BytesSource(body ?? NO_BYTES) : body,
  };
}

const NO_BYTES = new Uint8Array();

/**
 * Nothing came on a kept connection: maybe the request never arrived. One with a condition may have, and would not hold any
 * more.
 */
function mayBeToldAgain(error: unknown, { method, fields, content }: OwnRequest): boolean {
  if (!(error instanceof UpstreamFault) || error.kind !== "closed" || !IDEMPOTENT.has(method)) return false;
  if (content === undefined) return true;
  return content.again !== undefined && !fields.has("if-match") && !fields.has("if-none-match");
}

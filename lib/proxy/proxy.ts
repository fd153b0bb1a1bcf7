/**
 * Passes requests on to other servers and their answers back (RFC 9110 sections 3.7 and 7): which upstream, on which
 * connection, and once more where that does no harm.
 *
 * @module
 */
import { upstreamUrl } from "../http/upstream_url.ts";
import { GoneError, HttpError } from "../http/errors.ts";
import type { Request, Response } from "../http/message.ts";
import { UpstreamFault } from "../http1/client_connection.ts";
import { DialError } from "../ports.ts";
import type { UpstreamConnection } from "./connection.ts";
import { answerOf, tunnelOf } from "./answer.ts";
import { type ExchangePorts, UpstreamExchange } from "./exchange.ts";
import { circleError, connectError, faultError, silenceError } from "./failures.ts";
import { isCircling } from "./fields.ts";
import { outgoingRequest } from "./outgoing.ts";
import type { AskedPath, Route, Target } from "./route.ts";
import { Upstream, type UpstreamPorts } from "./upstream.ts";

/** What a proxy works with. */
export type ProxyPorts = UpstreamPorts & ExchangePorts;

/** What may be told twice: RFC 9110 section 9.2.2, and the safe ones of RFC 4918, 3253 and 5323. */
export const IDEMPOTENT: ReadonlySet<string> = new Set(
  "GET HEAD OPTIONS PUT DELETE QUERY PROPFIND REPORT SEARCH".split(" "),
);

/** One of a route's upstreams; others may go to the same one by another path. */
interface Choice {
  readonly target: Target;
  readonly upstream: Upstream;
}

/** Upstreams that are remembered: those of configurations that are gone are not for ever. */
const MOST_UPSTREAMS = 1000;

/** Of one thread. Owns the connections to upstreams that no request has. */
export class Proxy {
  readonly #upstreams = new Map<string, Upstream>();
  /** PERF: looked up once for each route. */
  readonly #ofRoute = new WeakMap<Route, readonly Choice[]>();
  #turn = 0;

  constructor(readonly ports: ProxyPorts) {}

  /**
   * Answers a request with what an upstream answers.
   *
   * @param told the URL of each upstream that is about to be asked
   * @throws {HttpError} 502 or 504 where none did, or what is wrong with the request's content
   * @throws {GoneError} where the client left
   */
  async answer(
    request: Request,
    route: Route,
    asked: AskedPath,
    told?: (url: string) => void,
  ): Promise<Response> {
    const choices = this.#choicesOf(route);
    if (isCircling(request)) throw circleError(route.targets[0]!);
    if (request.version === "HTTP/2.0" && request.body.length === 0) await endOfNothing(request);
    const refused = new Map<Choice, DialError>();
    for (;;) {
      const choice = this.#choose(choices, refused), { target, upstream } = choice;
      const outgoing = outgoingRequest(request, route, asked, target);
      told?.(upstreamUrl(target) + outgoing.target);
      // PERF: one function that waits for all of the usual way.
      for (let kept = upstream.takeKept();; kept = undefined) {
        let exchange: UpstreamExchange | undefined;
        try {
          const connection = kept ?? await connect(upstream, request, route.timeouts.connect);
          exchange = new UpstreamExchange(request, target, upstream, outgoing, connection, this.ports);
          const head = await exchange.head();
          return head.type === "switched" ? await tunnelOf(exchange, head) : answerOf(exchange, head);
        } catch (error) {
          exchange?.abort();
          if (exchange === undefined && error instanceof DialError) {
            refused.set(choice, error);
            break;
          }
          if (kept === undefined || !mayBeToldAgain(error, exchange!)) throw errorOf(error, exchange);
        }
      }
      if (refused.size < choices.length) continue;
      const [[{ target: first }, error]] = refused as unknown as [[Choice, DialError]];
      const instead = await route.whileUnreachable?.(request, error);
      if (instead === undefined) throw connectError(first, error);
      if (instead !== "try again") return instead;
      refused.clear();
    }
  }

  /** Closes what nobody uses; what is used is closed when it is given back. */
  stop(): void {
    for (const upstream of this.#upstreams.values()) upstream.stop();
  }

  #choicesOf(route: Route): readonly Choice[] {
    let choices = this.#ofRoute.get(route);
    if (choices === undefined) {
      choices = route.targets.map((target) => ({ target, upstream: this.#upstreamOf(target, route.verify) }));
      this.#ofRoute.set(route, choices);
    }
    return choices;
  }

  #upstreamOf(target: Target, verify: boolean): Upstream {
    const key = `${upstreamUrl(target)} ${verify}`;
    let upstream = this.#upstreams.get(key);
    if (upstream === undefined) {
      if (this.#upstreams.size >= MOST_UPSTREAMS) this.#upstreams.clear();
      upstream = new Upstream(target, verify, this.ports);
      this.#upstreams.set(key, upstream);
    }
    return upstream;
  }

  /** The least busy one, of equally busy ones each in its turn; those that rest come last. There is one left. */
  #choose(choices: readonly Choice[], refused: ReadonlyMap<Choice, unknown>): Choice {
    if (choices.length === 1) return choices[0]!;
    const now = this.ports.clock.monotonic();
    const start = this.#turn++;
    let best: Choice | undefined, least = Infinity;
    for (let i = 0; i < choices.length; i++) {
      const choice = choices[(start + i) % choices.length]!, { busy, restsUntil } = choice.upstream;
      if (refused.has(choice)) continue;
      const load = restsUntil > now ? RESTING + restsUntil : busy;
      if (load < least) [best, least] = [choice, load];
    }
    return best!;
  }
}

/** Nobody asks an upstream for a client that has left meanwhile. @throws {DialError | GoneError} by rejecting */
async function connect(upstream: Upstream, request: Request, timeout: number): Promise<UpstreamConnection> {
  let isGone = false;
  const takeBack = request.onGone(() => isGone = true);
  try {
    const connection = await upstream.connect(timeout);
    if (!isGone) return connection;
    connection.close();
  } catch (error) {
    if (!isGone) throw error;
  } finally {
    takeBack();
  }
  throw new GoneError();
}

/** More than any number of requests. */
const RESTING = 2 ** 40;

/**
 * A stream may announce no content before its end has come, and then send some all the same: that is no request, and nobody
 * is to be told of it.
 *
 * @throws {HttpError | GoneError} if it is none
 */
async function endOfNothing({ body }: Request): Promise<void> {
  if (await body.read() !== null) throw new HttpError(400, "Content comes where none was announced");
}

/** A kept connection was closed, maybe before the request arrived, as one is that was idle for too long. */
function mayBeToldAgain(error: unknown, { hasBegunBody, request }: UpstreamExchange): boolean {
  return error instanceof UpstreamFault && error.kind === "closed" && !hasBegunBody &&
    IDEMPOTENT.has(request.method);
}

/** What the client is told, and the log: of a fault, one that has words for it. */
export function errorOf(error: unknown, exchange: UpstreamExchange | undefined): unknown {
  if (!(error instanceof UpstreamFault) || exchange === undefined) return error;
  const { isLate, target, outgoing } = exchange;
  return isLate ? silenceError(target, outgoing.timeout) : faultError(target, error);
}

/**
 * Passes requests on to other servers and their answers back (RFC 9110 sections 3.7 and 7): which upstream, on which
 * connection, and once more where that does no harm.
 *
 * @module
 */
import type { Request, Response } from "../http/message.ts";
import { UpstreamFault } from "../http1/client_connection.ts";
import { DialError } from "../ports.ts";
import { answerOf } from "./answer.ts";
import type { UpstreamConnection } from "./connection.ts";
import { type ExchangePorts, UpstreamExchange } from "./exchange.ts";
import { circleError, connectError, faultError, silenceError } from "./failures.ts";
import { isCircling } from "./fields.ts";
import { outgoingRequest } from "./outgoing.ts";
import { type AskedPath, nameOf, type Route, type Target } from "./route.ts";
import { Upstream, type UpstreamPorts } from "./upstream.ts";

/** What a proxy works with. */
export type ProxyPorts = UpstreamPorts & ExchangePorts;

/** RFC 9110 section 9.2.2, and the safe ones of RFC 4918, 3253 and 5323. */
const IDEMPOTENT: ReadonlySet<string> = new Set(
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
   * @throws {HttpError} 502 or 504 where none did, or what is wrong with the request's content
   * @throws {GoneError} where the client left
   */
  async answer(request: Request, route: Route, asked: AskedPath): Promise<Response> {
    const choices = this.#choicesOf(route);
    if (isCircling(request)) throw circleError(route.targets[0]!);
    const refused = new Map<Choice, DialError>();
    for (;;) {
      const choice = this.#choose(choices, refused);
      choice.upstream.busy++;
      try {
        return await this.#ask(choice, request, route, asked);
      } catch (error) {
        choice.upstream.busy--;
        if (!(error instanceof DialError)) throw error;
        refused.set(choice, error);
      }
      if (refused.size < choices.length) continue;
      const [[{ target }, error]] = refused as unknown as [[Choice, DialError]];
      const instead = await route.whileUnreachable?.(request, error);
      if (instead === undefined) throw connectError(target, error);
      if (instead !== "try again") return instead;
      refused.clear();
    }
  }

  /** Closes what nobody uses; what is used is closed when it is given back. */
  stop(): void {
    for (const upstream of this.#upstreams.values()) upstream.stop();
  }

  /** @throws {DialError} if it cannot be connected to: then it has been told nothing */
  async #ask(
    { target, upstream }: Choice,
    request: Request,
    route: Route,
    asked: AskedPath,
  ): Promise<Response> {
    const outgoing = outgoingRequest(request, route, asked, target);
    const kept = upstream.takeKept();
    if (kept !== undefined) {
      const exchange = new UpstreamExchange(request, target, outgoing, kept, this.ports);
      try {
        return await this.#respond(exchange, upstream);
      } catch (error) {
        // It was closed, maybe before it saw the request, as one is that was idle for too long.
        const isAgain = error instanceof UpstreamFault && error.kind === "closed" && !exchange.hasBegunBody &&
          IDEMPOTENT.has(request.method);
        if (!isAgain) throw errorOf(error, exchange);
      }
    }
    const connection = await upstream.connect(route.timeouts.connect);
    const exchange = new UpstreamExchange(request, target, outgoing, connection, this.ports);
    try {
      return await this.#respond(exchange, upstream);
    } catch (error) {
      throw errorOf(error, exchange);
    }
  }

  async #respond(exchange: UpstreamExchange, upstream: Upstream): Promise<Response> {
    try {
      const done = (connection?: UpstreamConnection, idle?: number) => {
        upstream.busy--;
        if (connection !== undefined) upstream.giveBack(connection, idle);
      };
      return await answerOf(exchange, done);
    } catch (error) {
      exchange.abort();
      throw error;
    }
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
    const key = `${nameOf(target)} ${verify}`;
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

/** More than any number of requests. */
const RESTING = 2 ** 40;

/** What the client is told, and the log. */
function errorOf(error: unknown, { isLate, target, outgoing }: UpstreamExchange): unknown {
  if (!(error instanceof UpstreamFault)) return error;
  return isLate ? silenceError(target, outgoing.timeout) : faultError(target, error);
}

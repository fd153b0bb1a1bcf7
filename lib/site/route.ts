/**
 * The way of every request through the site: the gates, then what its location answers with; and where that is another
 * path, the same again there.
 *
 * @module
 */
import { HttpError, httpErrorOf, refusal } from "../http/errors.ts";
import { andThen, type MaybePromise } from "../http/maybe_promise.ts";
import {
  InternalRedirect,
  type Outcome,
  type Request,
  requestUri,
  requestWith,
  type Response,
} from "../http/message.ts";
import { encodePath, hiddenFrom } from "../http/path.ts";
import { at, atBehind, type Exchange } from "./exchange.ts";
import { passGates } from "./gates.ts";
import { asksForUpload } from "./resumable_requests.ts";

/** More internal redirects are taken for a circle. */
const MAX_HOPS = 10;

/** So often may programs send on to the next; each of them costs a process (RFC 3875 section 6.2.2). */
const MAX_LOCAL_REDIRECTS = 5;

/** What is done with an exchange's last hop. */
export type End = (exchange: Exchange, outcome: Response | HttpError) => MaybePromise<Response>;

/** Follows an exchange to its last hop, and gives what `end` makes of that. @throws {GoneError} */
export function follow(exchange: Exchange, end: End): MaybePromise<Response> {
  const { guard } = exchange.location;
  if (guard === undefined) return followAdmitted(exchange, end);
  return andThen(
    guard.admit(exchange, asksForUpload(exchange) ? "write" : undefined),
    ({ exchange, refused }) => refused === undefined ? followAdmitted(exchange, end) : end(exchange, refused),
  );
}

/** Nobody has to be asked whether it may come in. */
function followAdmitted(exchange: Exchange, end: End): MaybePromise<Response> {
  let outcome: MaybePromise<Outcome>;
  try {
    if (exchange.location.weather !== undefined) exchange = withLuck(exchange);
    outcome = exchange.luck === undefined ? answer(exchange) : answerInWeather(exchange);
  } catch (error) {
    outcome = httpErrorOf(error);
  }
  // PERF: what is at hand goes on without a closure.
  if (!(outcome instanceof Promise)) return goOn(exchange, outcome, end);
  return outcome.then(
    (settled) => goOn(exchange, settled, end),
    (error) => goOn(exchange, httpErrorOf(error), end),
  );
}

function answer(exchange: Exchange): MaybePromise<Outcome> {
  return passGates(exchange) ?? exchange.answer(exchange);
}

/** What a request meets with is the same in all locations that it comes through, so that no two of them try it twice. */
function withLuck(exchange: Exchange): Exchange {
  const { luck, services: { weather } } = exchange;
  return luck !== undefined || weather === undefined ? exchange : { ...exchange, luck: weather.chance() };
}

function answerInWeather(exchange: Exchange): MaybePromise<Outcome> {
  const { weather } = exchange.location;
  if (weather?.fail === undefined) return answer(exchange);
  return import("./weathered_answers.ts").then(({ unlessItFails }) => unlessItFails(exchange, answer));
}

function goOn(exchange: Exchange, outcome: Outcome, end: End): MaybePromise<Response> {
  if (!(outcome instanceof InternalRedirect)) return end(exchange, outcome);
  // Whoever answers there has not said so yet.
  exchange.trace?.answeredBy(SERVER);
  const next = redirected(exchange, outcome);
  return next instanceof HttpError ? end(exchange, next) : follow(next, end);
}

const SERVER = { kind: "server" } as const;

/** The next hop; an error where there have been too many. */
function redirected(exchange: Exchange, { path, query, as }: InternalRedirect): Exchange | HttpError {
  const hops = exchange.hops + 1;
  if (hops > MAX_HOPS) return circle(500, `more than ${MAX_HOPS} internal redirects, at last to ${path}`);
  if (as === undefined) {
    const asked = exchange.request;
    const request = query === undefined ? asked : withQuery(asked, query);
    const namesEnd = hiddenFrom(path), changes = { request, hops, isChosen: true };
    return namesEnd === undefined
      ? at(exchange, path, changes)
      : atBehind(exchange, path, namesEnd, changes) ?? refusal(404);
  }
  const localRedirects = exchange.localRedirects + 1;
  if (localRedirects > MAX_LOCAL_REDIRECTS) {
    return circle(502, `more than ${MAX_LOCAL_REDIRECTS} local redirects, at last to ${path}`);
  }
  const request = asGet(exchange.request, path, query);
  return at(exchange, path, { request, hops, localRedirects, isChosen: false });
}

function circle(status: number, log: string): HttpError {
  return new HttpError(status, log, { log });
}

/**
 * A request for another path with GET (or HEAD, if it was that) and without the content.
 *
 * @param left the fields that are left out: by default those that speak of the content
 */
export function asGet(
  request: Request,
  path: string,
  query: string | undefined,
  left = OF_CONTENT,
): Request {
  return withTarget(request, path, query, {
    method: request.method === "HEAD" ? "HEAD" : "GET",
    fields: request.fields.filter((name) => !left.test(name)),
    body: NO_BODY,
  });
}

const OF_CONTENT = /^(?:content-|transfer-encoding$|expect$)/;
const NO_BODY: Request["body"] = { length: 0, read: () => Promise.resolve(null) };

/** With another query, which the client did not send. */
function withQuery(asked: Request, query: string): Request {
  return requestWith(asked, { query, uri: requestUri(asked) });
}

/** What the client sent besides its target stays, but for what is given. */
function withTarget(
  request: Request,
  decoded: string,
  query: string | undefined,
  { method, fields, body }: Pick<Request, "method" | "fields" | "body"> = request,
): Request {
  const path = encodePath(decoded);
  return requestWith(request, {
    method,
    target: query === undefined ? path : `${path}?${query}`,
    form: "origin",
    path,
    query,
    uri: undefined,
    fields,
    body,
    upgrade: undefined,
  });
}

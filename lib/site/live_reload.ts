/**
 * Live reload as a site knows it: what does it (live_pages.ts) is loaded with the first configuration that has it on.
 *
 * @module
 */
import { HttpError } from "../http/errors.ts";
import { andThen, type MaybePromise } from "../http/maybe_promise.ts";
import { InternalRedirect, type Outcome, type Request, requestWith, type Response } from "../http/message.ts";
import type { Exchange, LiveReload } from "./exchange.ts";

/** The step for every answer: of locations with `live_reload`. */
export function withScript(exchange: Exchange, response: Response): MaybePromise<Response> {
  return liveReloadOf(exchange)?.withScript(exchange, response) ?? response;
}

/** Undefined where it is off. */
export function liveReloadOf({ location, services }: Exchange): LiveReload | undefined {
  return location.config.live.liveReload ? services.live : undefined;
}

/**
 * What a program or another server answers. Of a page that gets a script the ranges are not those that its maker knows: where
 * a part of one comes back, it is asked for again as a whole.
 *
 * @param ask has it answer a request
 */
export function askForWhole(
  exchange: Exchange,
  request: Request,
  ask: (request: Request) => Promise<Outcome>,
): Promise<Outcome>;
export function askForWhole(
  exchange: Exchange,
  request: Request,
  ask: (request: Request) => MaybePromise<Outcome>,
): MaybePromise<Outcome>;
export function askForWhole(
  exchange: Exchange,
  request: Request,
  ask: (request: Request) => MaybePromise<Outcome>,
): MaybePromise<Outcome> {
  const answer = ask(request);
  const { live: { liveReload } } = exchange.location.config;
  // Of other methods the content would be gone.
  if (!liveReload || request.method !== "GET" || !request.fields.has("range")) return answer;
  return andThen(answer, (part) => {
    if (!isPartOfPage(part)) return answer;
    const { body } = part;
    if (body !== undefined && !(body instanceof Uint8Array)) body.close();
    return ask(requestWith(request, { fields: request.fields.without("range", "if-range") }));
  });
}

function isPartOfPage(answer: Outcome): answer is Response {
  if (answer instanceof HttpError || answer instanceof InternalRedirect) return false;
  const { status, fields } = answer;
  return status === 206 && /^[ \t]*text\/html\b/i.test(fields.get("content-type") ?? "");
}

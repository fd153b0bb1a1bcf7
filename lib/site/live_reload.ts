/**
 * Live reload as a site knows it: what does it (live_pages.ts) is loaded with the first configuration that has it on.
 *
 * @module
 */
import type { HttpError } from "../http/errors.ts";
import type { MaybePromise } from "../http/maybe_promise.ts";
import type { Request, Response } from "../http/message.ts";
import type { Labels } from "../http/origin.ts";
import type { Exchange } from "./exchange.ts";

/** Has pages load themselves anew when what they are made of changes. */
export interface LiveReload {
  /** A page with the script at its end; every other answer as it is. */
  withScript(exchange: Exchange, response: Response): MaybePromise<Response>;
  /** A request as it goes to whoever knows nothing of the script. */
  asPlain(request: Request): Request;
  /** The same for a file; undefined where that is no page, so that nothing of it changes. */
  asPlainFor(request: Request, labels: Labels): Request | undefined;
  /** The script, and the stream of events; undefined for what is neither. */
  answer(request: Request): Response | HttpError | undefined;
}

/** The step for every answer: of locations with `live_reload`. */
export function withScript(exchange: Exchange, response: Response): MaybePromise<Response> {
  return liveReloadOf(exchange)?.withScript(exchange, response) ?? response;
}

/** Undefined where it is off. */
export function liveReloadOf({ location, services }: Exchange): LiveReload | undefined {
  return location.config.live.liveReload ? services.live : undefined;
}

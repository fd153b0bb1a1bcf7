/**
 * Live reload as a site knows it: what does it (live_pages.ts) is loaded with the first configuration that has it on.
 *
 * @module
 */
import type { MaybePromise } from "../http/maybe_promise.ts";
import type { Response } from "../http/message.ts";
import type { Exchange, LiveReload } from "./exchange.ts";

/** The step for every answer: of locations with `live_reload`. */
export function withScript(exchange: Exchange, response: Response): MaybePromise<Response> {
  return liveReloadOf(exchange)?.withScript(exchange, response) ?? response;
}

/** Undefined where it is off. */
export function liveReloadOf({ location, services }: Exchange): LiveReload | undefined {
  return location.config.live.liveReload ? services.live : undefined;
}

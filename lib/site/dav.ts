/**
 * WebDAV (RFC 4918) over a location's store: PROPFIND, PROPPATCH, LOCK and UNLOCK. What writes content is answered by
 * whoever writes (storing.ts), and what reads by whoever reads.
 *
 * @module
 */
import type { MaybePromise } from "../http/maybe_promise.ts";
import type { Outcome } from "../http/message.ts";
import { joinPath } from "../disk/place.ts";
import type { Answerer, Exchange } from "./exchange.ts";
import { fromElsewhere, isForeign } from "./foreign.ts";

type Method = (exchange: Exchange) => Promise<Outcome>;

/** PERF: nothing of it is loaded before somebody asks for it. */
const METHODS: ReadonlyMap<string, Method> = new Map<string, Method>([
  ["PROPFIND", async (exchange) => (await import("./dav_propfind.ts")).answerPropfind(exchange)],
  ["PROPPATCH", async (exchange) => (await import("./dav_proppatch.ts")).answerProppatch(exchange)],
  ["LOCK", async (exchange) => (await import("./dav_lock.ts")).answerLock(exchange)],
  ["UNLOCK", async (exchange) => (await import("./dav_lock.ts")).answerUnlock(exchange)],
]);

/** Has those who read answer only if the conditions of a field If hold (RFC 4918 section 10.4). */
export function ifConditionsHold(answer: Answerer): Answerer {
  return (exchange) => {
    const { method, fields } = exchange.request;
    // Whatever else is answered here looks at them by itself.
    if ((method !== "GET" && method !== "HEAD") || !fields.has("if")) return answer(exchange);
    return import("./dav_conditions.ts")
      .then(({ refuseByConditions }) => refuseByConditions(exchange))
      .then((refused) => refused ?? answer(exchange));
  };
}

/** Answers what is WebDAV's own; undefined for all else. @throws {HttpError | FileError | GoneError} */
export function answerFromDav(exchange: Exchange): MaybePromise<Outcome> | undefined {
  const { request, location, path, trace } = exchange, answer = METHODS.get(request.method);
  if (answer === undefined || exchange.isChosen) return undefined;
  if (!location.config.access.cors && isForeign(request)) return fromElsewhere(request);
  const kind = request.method === "PROPFIND" ? "listing" : "store";
  trace?.answeredBy({ kind, path: joinPath(location.trees!.root, location.storePath(path)) });
  return answer(exchange);
}

/**
 * Requests that write to a location's store.
 *
 * @module
 */
import { withPlainTags } from "../coding/tags.ts";
import { joinPath } from "../disk/place.ts";
import { HttpError } from "../http/errors.ts";
import type { MaybePromise } from "../http/maybe_promise.ts";
import { type Outcome, type Request, requestWith } from "../http/message.ts";
import { post } from "../store/post.ts";
import { put, remove } from "../store/put.ts";
import type { StoreTarget } from "../store/target.ts";
import type { Exchange } from "./exchange.ts";
import { isForeign } from "./foreign.ts";
import { liveReloadOf } from "./live_reload.ts";
import { isResumable } from "./resumable_requests.ts";

type Writer = (request: Request, target: StoreTarget) => Promise<Outcome>;

const WRITERS: ReadonlyMap<string, Writer> = new Map<string, Writer>([
  ["PUT", put],
  ["POST", post],
  ["DELETE", remove],
]);

/** Answers what writes into the location's store, and asks about uploads; undefined for everything else. @throws {FileError} */
export function answerFromStore(exchange: Exchange): MaybePromise<Outcome> | undefined {
  const { location, path, services, trace } = exchange;
  // Who writes names the place: no index and no try_files chooses it.
  if (exchange.isChosen) return undefined;
  const write = isResumable(exchange) ? resumer(exchange) : WRITERS.get(exchange.request.method);
  if (write === undefined) return undefined;
  const { config: { access, store: { overwrite } } } = location;
  if (!access.cors && isForeign(exchange.request)) return fromElsewhere(exchange.request);
  const place = location.storePath(path), store = location.store!;
  trace?.answeredBy({ kind: "store", path: joinPath(store.root, place) });
  // Whoever has read a coding of the file has read the file, and so has who has read it with a script behind it.
  const fields = withPlainTags(exchange.request, undefined);
  const request = fields === exchange.request.fields
    ? exchange.request
    : requestWith(exchange.request, { fields });
  return write(liveReloadOf(exchange)?.asPlain(request) ?? request, {
    path,
    store,
    place,
    limit: access.clientMaxBodySize,
    overwrite,
    clock: services.files.clock,
  });
}

/** PERF: what it takes is loaded with the first upload that wants it. */
function resumer(exchange: Exchange): Writer {
  return async (request, target) => {
    const { answerResumable } = await import("./resumable.ts");
    return await answerResumable(exchange, request, target);
  };
}

function fromElsewhere({ fields }: Request): HttpError {
  const origin = fields.get("origin"), site = fields.get("sec-fetch-site");
  const page = `a page of ${origin ?? "another origin"}${site === undefined ? "" : ` (${site})`}`;
  return new HttpError(403, undefined, {
    log: `${page} may not write to ${fields.get("host") ?? "this host"}: cors is off`,
    hint: "A page of another origin has sent this, and may not write here unless cors is on.",
  });
}

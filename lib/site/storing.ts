/**
 * Requests that write to a location's store.
 *
 * @module
 */
import { withPlainTags } from "../coding/tags.ts";
import { joinPath } from "../disk/place.ts";
import { HttpError, refusal } from "../http/errors.ts";
import type { MaybePromise } from "../http/maybe_promise.ts";
import { type Outcome, type Request, requestWith } from "../http/message.ts";
import type { DecodedPath } from "../http/path.ts";
import { post } from "../store/post.ts";
import { put } from "../store/put.ts";
import type { StoreTarget } from "../store/target.ts";
import type { Exchange } from "./exchange.ts";
import { isForeign } from "./foreign.ts";
import { liveReloadOf } from "./live_reload.ts";
import type { Location } from "./location.ts";
import { isResumable } from "./resumable_requests.ts";
import { mayRead, mayWrite } from "./rights.ts";

type Writer = (request: Request, target: StoreTarget) => Promise<Outcome>;

/** PERF: what most stores are never asked for is loaded when it is. */
const WRITERS: ReadonlyMap<string, Writer> = new Map<string, Writer>([
  ["PUT", put],
  ["POST", post],
  ["DELETE", async (request, target) => (await import("../store/remove.ts")).remove(request, target)],
  ["MKCOL", async (request, target) => (await import("../store/mkcol.ts")).mkcol(request, target)],
  ["COPY", async (request, target) => (await import("../store/transfer.ts")).copy(request, target)],
  ["MOVE", async (request, target) => (await import("../store/transfer.ts")).move(request, target)],
]);

/** Answers what writes into the location's store, and asks about uploads; undefined for everything else. @throws {FileError} */
export function answerFromStore(exchange: Exchange): MaybePromise<Outcome> | undefined {
  const { location, path, trace } = exchange;
  // Who writes names the place: no index and no try_files chooses it.
  if (exchange.isChosen) return undefined;
  const write = isResumable(exchange) ? resumer(exchange) : WRITERS.get(exchange.request.method);
  if (write === undefined) return undefined;
  const { config: { access } } = location;
  if (!access.cors && isForeign(exchange.request)) return fromElsewhere(exchange.request);
  const place = location.storePath(path), store = location.store!;
  trace?.answeredBy({ kind: "store", path: joinPath(store.root, place) });
  // Whoever has read a coding of the file has read the file, and so has who has read it with a script behind it.
  const fields = withPlainTags(exchange.request, undefined);
  const request = fields === exchange.request.fields
    ? exchange.request
    : requestWith(exchange.request, { fields });
  return write(liveReloadOf(exchange)?.asPlain(request) ?? request, {
    ...targetAt(exchange, location, path),
    destination: (to) => destinationAt(exchange, to as DecodedPath),
    mayRead: (below) => mayRead(exchange, below as DecodedPath),
  });
}

/** A path's place in its location's store. */
function targetAt({ services }: Exchange, location: Location, path: DecodedPath): StoreTarget {
  const { access, store: { overwrite, fsync, dav } } = location.config;
  return {
    path,
    store: location.store!,
    place: location.storePath(path),
    limit: access.clientMaxBodySize,
    overwrite,
    fsync,
    removesTrees: dav,
    clock: services.files.clock,
  };
}

/** Where something is to be moved or copied to: whoever asks must be one who may write there, as if asked to with PUT. */
function destinationAt(exchange: Exchange, path: DecodedPath): StoreTarget | HttpError {
  const { location } = exchange.server.locations.find(path);
  if (location.store === undefined || !location.methods.has("PUT")) return refusal(403);
  return mayWrite(exchange, path) ? targetAt(exchange, location, path) : refusal(403);
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

/**
 * Requests that write to a location's store.
 *
 * @module
 */
import { refusal } from "../http/errors.ts";
import type { MaybePromise } from "../http/maybe_promise.ts";
import type { Outcome, Request } from "../http/message.ts";
import { post } from "../store/post.ts";
import { put, remove } from "../store/put.ts";
import type { StoreTarget } from "../store/target.ts";
import type { Exchange } from "./exchange.ts";

const WRITERS: ReadonlyMap<string, (request: Request, target: StoreTarget) => Promise<Outcome>> = new Map([
  ["PUT", put],
  ["POST", post],
  ["DELETE", remove],
]);

/** Answers PUT, POST and DELETE from the location's store; undefined for what does not write. @throws {FileError} */
export function answerFromStore(exchange: Exchange): MaybePromise<Outcome> | undefined {
  const { location, path, request, services } = exchange;
  const write = WRITERS.get(request.method);
  // Who writes names the place: no index and no try_files chooses it.
  if (write === undefined || exchange.isChosen) return undefined;
  const { config: { access, store: { overwrite } } } = location;
  if (!access.cors && isForeign(request)) return refusal(403);
  const place = location.storePath(path);
  return write(request, {
    path,
    store: location.store!,
    place,
    limit: access.clientMaxBodySize,
    overwrite,
    clock: services.files.clock,
  });
}

/**
 * True if a page of another origin sends the request. A form of any page that somebody visits may post to this machine,
 * without being asked; only browsers send these fields, and no page can forge them (the Fetch standard, section 3.2).
 */
function isForeign({ fields }: Request): boolean {
  const origin = fields.get("origin");
  if (origin === undefined) return fields.get("sec-fetch-site") === "cross-site";
  const authority = /^https?:\/\/([^/]+)$/i.exec(origin)?.[1];
  return authority?.toLowerCase() !== fields.get("host")?.toLowerCase();
}

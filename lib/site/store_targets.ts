/**
 * Where paths lie in the stores of their locations, and what whoever asks may do there.
 *
 * @module
 */
import { joinPath } from "../disk/place.ts";
import { isContained } from "../http/containment.ts";
import { type HttpError, refusal } from "../http/errors.ts";
import { andThen, type MaybePromise } from "../http/maybe_promise.ts";
import type { DecodedPath } from "../http/path.ts";
import type { Destination, StoreTarget } from "../store/target.ts";
import { at, type Exchange } from "./exchange.ts";
import type { Location } from "./location.ts";
import { admit, mayRead, mayWrite } from "./rights.ts";

/** The place that an exchange writes to. Its location has a store. */
export function storeTargetOf(exchange: Exchange): StoreTarget {
  const { location, path } = exchange;
  return {
    ...targetAt(exchange, location, path),
    destination: (to) => destinationAt(exchange, to as DecodedPath),
  };
}

/** A path's place in its location's store. */
function targetAt(exchange: Exchange, location: Location, path: DecodedPath): StoreTarget {
  const { access, store: { overwrite, fsync, dav } } = location.config;
  const place = location.storePath(path), store = location.store!;
  return {
    path,
    store,
    place,
    methods: location.methods,
    limit: access.clientMaxBodySize,
    overwrite,
    fsync,
    removesTrees: dav,
    mayChangeTree: () => mayChangeTree(exchange, path, joinPath(store.root, place)),
    clock: exchange.services.files.clock,
  };
}

/** Where something is to be moved or copied to: whoever asks must be one who may write there, as if asked to with PUT. */
function destinationAt(exchange: Exchange, path: DecodedPath): MaybePromise<Destination | HttpError> {
  // What is explained is where the request went.
  const there = at({ ...exchange, trace: undefined }, path), { location } = there;
  if (location.store === undefined || !location.methods.has("PUT")) return refusal(403);
  return andThen(admit(there, "write"), ({ refused }) =>
    refused ?? {
      ...targetAt(exchange, location, path),
      // SECURITY: nothing comes to where more may read it by those who may write but not read.
      mayTake: (source) =>
        exchange.server.locations.find(source).location === location ||
        mayRead(exchange, source as DecodedPath),
    });
}

/** SECURITY: a location below may have other rights for what lies in a folder of this one. */
function mayChangeTree(exchange: Exchange, path: DecodedPath, folder: string): boolean {
  const below = path.endsWith("/") ? path : `${path}/`;
  for (const [other, { location }] of exchange.server.locations.below(below)) {
    const { origin, store } = location;
    const lies = [
      origin && joinPath(origin.root, location.originPath(other)),
      store && joinPath(store.root, location.storePath(other)),
    ];
    if (!lies.some((at) => at !== undefined && isContained(at, folder))) continue;
    if (!mayWrite(exchange, other as DecodedPath)) return false;
  }
  return true;
}

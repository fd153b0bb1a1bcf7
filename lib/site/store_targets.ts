/**
 * Where paths lie in the stores of their locations, and what whoever asks may do there.
 *
 * @module
 */
import { joinPath } from "../disk/place.ts";
import { mayBeWithin } from "../http/disk_names.ts";
import { type HttpError, refusal } from "../http/errors.ts";
import { andThen, type MaybePromise } from "../http/maybe_promise.ts";
import type { WritableFolder, WritableOrigin } from "../http/origin.ts";
import type { DecodedPath } from "../http/path.ts";
import type { Destination, StoreTarget } from "../store/target.ts";
import { at, type Exchange } from "./exchange.ts";
import type { Location } from "./location.ts";
import { admit, mayRead, mayWrite } from "./rights.ts";

/** The place that an exchange writes to. Its location has a store. */
export function storeTargetOf(exchange: Exchange): StoreTarget {
  const { location, path } = exchange;
  return {
    ...targetAt(exchange, location, path, location.store!),
    mayName: (name) => mayName(exchange, name),
    destination: (to) => destinationAt(exchange, to as DecodedPath),
  };
}

/** SECURITY: a file of a form may have a name that a location of its own has other rights for: as if asked with PUT. */
function mayName(exchange: Exchange, name: string): boolean {
  const path: DecodedPath = `${exchange.path.replace(/\/$/, "") as DecodedPath}/${name}`;
  return exchange.server.locations.find(path).location === exchange.location || mayWrite(exchange, path);
}

/** A path's place in its location's store. */
function targetAt<F extends WritableFolder>(
  exchange: Exchange,
  location: Location,
  path: DecodedPath,
  store: WritableOrigin<F>,
): StoreTarget<F> {
  const { access, store: { overwrite, fsync, dav } } = location.config;
  const place = location.storePath(path);
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
  const there = at({ ...exchange, trace: undefined }, path), { location } = there, { trees } = location;
  if (trees === undefined || !location.methods.has("PUT")) return refusal(403);
  return andThen(admit(there, "write"), ({ refused }) =>
    refused ?? {
      ...targetAt(exchange, location, path, trees),
      // SECURITY: nothing comes to where more may read it by those who may write but not read.
      mayTake: (source) => mayTake(exchange, location, source as DecodedPath),
      mayTakeTree: () => mayTakeTree(exchange, location),
    });
}

function mayTake(exchange: Exchange, to: Location, source: DecodedPath): boolean {
  return exchange.server.locations.find(source).location === to || mayRead(exchange, source);
}

/** The same of all that is in the exchange's own folder, where it comes as a whole. */
function mayTakeTree(exchange: Exchange, to: Location): boolean {
  const { location, path } = exchange, folder = joinPath(location.store!.root, location.storePath(path));
  // Without the slash, which asks for a list.
  return pathsIn(exchange, path, folder).every((other) =>
    mayTake(exchange, to, other.replace(/\/$/, "") as DecodedPath)
  );
}

/** SECURITY: a location below may have other rights for what lies in a folder of this one, or comes to lie there. */
function mayChangeTree(exchange: Exchange, path: DecodedPath, folder: string): boolean {
  return pathsIn(exchange, path, folder).every((other) => mayWrite(exchange, other));
}

/** Those of the locations below a path whose files lie in a folder. */
function pathsIn(exchange: Exchange, path: DecodedPath, folder: string): DecodedPath[] {
  const below = path.endsWith("/") ? path : `${path}/`;
  const { names } = exchange.services.files.files;
  return [...exchange.server.locations.below(below)].filter(([other, { location }]) => {
    const { origin, store } = location;
    const lies = [
      origin && joinPath(origin.root, location.originPath(other)),
      store && joinPath(store.root, location.storePath(other)),
    ];
    return lies.some((at) => at !== undefined && mayBeWithin(names, at, folder));
  }).map(([other]) => other as DecodedPath);
}

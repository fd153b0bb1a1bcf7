/**
 * Names in the folders of a store: where a request's place is, and what is there.
 *
 * @module
 */
import { type HttpError, refusal } from "../http/errors.ts";
import { andThen, type MaybePromise } from "../http/maybe_promise.ts";
import type { NameInFolder, Occupant, WritableFolder } from "../http/origin.ts";
import type { StoreTarget } from "./target.ts";

/** A name in a folder of the store, and what has it now. */
export interface Place<F extends WritableFolder = WritableFolder> extends NameInFolder<F> {
  readonly occupant: Occupant;
}

/**
 * The folder and the name that a place stands for; an error if it is the store itself (409), or the folder is not there
 * (409) or lies outside (404).
 *
 * @throws {FileError}
 */
export function locate<F extends WritableFolder>(
  { store, place }: Pick<StoreTarget<F>, "store" | "place">,
): MaybePromise<NameInFolder<F> | HttpError> {
  if (place === "") return refusal(409);
  const slash = place.lastIndexOf("/");
  const name = place.slice(slash + 1);
  return andThen(store.folder(place.slice(0, slash)), (folder) => {
    if (folder === "missing") return refusal(409);
    if (folder === "outside") return refusal(404);
    return { folder, name };
  });
}

/** The same with what is there. @throws {FileError} */
export function find<F extends WritableFolder>(
  target: Pick<StoreTarget<F>, "store" | "place">,
): MaybePromise<Place<F> | HttpError> {
  return andThen(locate(target), (named) => {
    if (!isNamed(named)) return named;
    return andThen(named.folder.occupant(named.name), (occupant) => ({ ...named, occupant }));
  });
}

function isNamed<F extends WritableFolder>(named: NameInFolder<F> | HttpError): named is NameInFolder<F> {
  return "folder" in named;
}

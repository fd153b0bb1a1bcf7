/**
 * A path to a file, or to a folder's index or listing.
 *
 * @module
 */
import { fileResponse } from "../files/file_response.ts";
import { listingResponse } from "../files/listing.ts";
import { HttpError, refusal } from "../http/errors.ts";
import { FieldBlock } from "../http/fields.ts";
import type { MaybePromise } from "../http/maybe_promise.ts";
import { InternalRedirect, type Outcome } from "../http/message.ts";
import type { Folder, HeldRepresentation, Representation } from "../http/origin.ts";
import type { DecodedPath } from "../http/path.ts";
import type { ListingOptions } from "../pages/listing.ts";
import { uploadTools } from "../pages/upload_tools.ts";
import { FileError } from "../ports.ts";
import type { Exchange } from "./exchange.ts";
import { slashRedirect } from "./returns.ts";

/** A location may allow POST for its programs; its files take none. */
const READ_ONLY = new HttpError(405, undefined, { fields: FieldBlock.of(["Allow", "GET, HEAD, OPTIONS"]) });

/** Answers GET or HEAD from the location's files; 405 for other methods where a file is. @throws {FileError} */
export function answerFromFiles(exchange: Exchange): MaybePromise<Outcome> {
  try {
    const found = find(exchange);
    if (found instanceof Promise) return found.then((later) => answerFound(exchange, later));
    return answerFound(exchange, found);
  } catch (error) {
    const { origin } = exchange.location;
    if (!(error instanceof FileError) || error.problem !== "changed" || !origin?.hold) throw error;
    return answerHeld(exchange, origin.hold(exchange.location.originPath(exchange.path)));
  }
}

/** A file that is being written to is sent as it is at the moment. */
function answerHeld(
  exchange: Exchange,
  held: HeldRepresentation | Folder | undefined,
): MaybePromise<Outcome> {
  try {
    return answerFound(exchange, held);
  } finally {
    if (held?.kind === "file") held.close();
  }
}

/** What is at the exchange's path. @throws {FileError} */
export function find({ location, path }: Exchange): MaybePromise<Representation | Folder | undefined> {
  return location.origin?.find(location.originPath(path));
}

function answerFound(
  exchange: Exchange,
  found: Representation | Folder | undefined,
): MaybePromise<Outcome> {
  const { path, request, services } = exchange;
  if (!found) return refusal(404);
  if (found.kind === "directory") {
    // Neither a redirect nor a listing is the page of an error.
    if (exchange.errorPage !== undefined) return refusal(404);
    return path.endsWith("/") ? answerFolder(exchange, 0) : slashRedirect(exchange);
  }
  // A slash behind a file's name asks for a folder.
  if (path.endsWith("/")) return refusal(404);
  if (!isReading(exchange)) return READ_ONLY;
  return fileResponse(request, found, services.files.clock);
}

/** The first index file that exists, whatever the location of its path makes of it; else the listing; else 403. */
function answerFolder(exchange: Exchange, first: number): MaybePromise<Outcome> {
  const { location, path } = exchange;
  const { index, autoindex } = location.config.files;
  for (let i = first; i < index.length; i++) {
    const indexPath: DecodedPath = `${path}${index[i]!}`;
    const found = location.origin!.find(location.originPath(indexPath));
    if (found instanceof Promise) {
      return found.then((later) =>
        later?.kind === "file" ? new InternalRedirect(indexPath) : answerFolder(exchange, i + 1)
      );
    }
    if (found?.kind === "file") return new InternalRedirect(indexPath);
  }
  if (!autoindex) return refusal(403);
  if (!isReading(exchange)) return READ_ONLY;
  return listingResponse(exchange.request, exchange.services.listings, {
    origin: location.origin!,
    path: location.originPath(path),
    urlPath: path,
    owner: location,
    options: () => toolsFor(exchange),
  });
}

function isReading({ request: { method } }: Exchange): boolean {
  return method === "GET" || method === "HEAD";
}

/** A folder's listing has tools to write to it, unless what is written goes elsewhere than what it shows. */
function toolsFor({ location }: Exchange): ListingOptions {
  if (!location.showsStore) return {};
  return uploadTools({ methods: location.methods, limit: location.config.access.clientMaxBodySize });
}

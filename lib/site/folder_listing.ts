/**
 * A folder's listing: what of it whoever asks may see, and what may be done there.
 *
 * @module
 */
import { joinPath } from "../disk/place.ts";
import { listingResponse } from "../files/listing.ts";
import type { SearchOrder } from "../files/search.ts";
import { searchResponse } from "../files/search_response.ts";
import type { ListedFolder } from "../files/listings.ts";
import type { Response } from "../http/message.ts";
import type { ListingOptions } from "../pages/listing.ts";
import { type ListingView, viewOf } from "../pages/listing/view.ts";
import { uploadTools } from "../pages/upload_tools.ts";
import type { Exchange } from "./exchange.ts";
import { listedType } from "./listed_type.ts";
import { mayRead, mayWrite } from "./rights.ts";

/** Answers GET or HEAD. @throws {FileError} if the folder cannot be read */
export function answerWithListing(exchange: Exchange): Promise<Response> {
  const { location, path, request, server: { isLive }, services: { listings } } = exchange;
  const view = viewOf(request.query), origin = location.origin!;
  exchange.trace?.answeredBy({ kind: "listing", path: joinPath(origin.root, location.originPath(path)) });
  if (view.search === "") return listingResponse(request, listings, listedFolder(exchange, view), isLive);
  return searchResponse(request, listings, searchOrder(exchange, view), { urlPath: path, view, isLive });
}

function listedFolder(exchange: Exchange, view: ListingView): ListedFolder {
  const { location, path } = exchange, isWritable = showsTools(exchange);
  return {
    origin: location.origin!,
    path: location.originPath(path),
    urlPath: path,
    owner: location,
    view,
    variant: isWritable ? "w" : "",
    viewer: "",
    options: () => isWritable ? toolsFor(exchange) : {},
    typeOf: (name) => listedType(exchange, name),
  };
}

/** SECURITY: what is found is what a GET would send, and no folder is looked into whose names would not be told. */
function searchOrder(exchange: Exchange, { search }: ListingView): SearchOrder {
  const { location, path } = exchange;
  return {
    origin: location.origin!,
    path: location.originPath(path),
    text: search,
    isRoot: path === "/",
    shows: (found) => mayRead(exchange, `${path}${found}`),
    enters: (folder) => mayRead(exchange, `${path}${folder}`),
    typeOf: (name) => listedType(exchange, name),
  };
}

/** A folder's listing has tools to write to it, unless what is written goes elsewhere than what it shows. */
function showsTools(exchange: Exchange): boolean {
  const { location, path } = exchange;
  return location.showsStore && mayWrite(exchange, path) &&
    !location.origin!.find(location.originPath(path))?.isOutside;
}

function toolsFor({ location }: Exchange): ListingOptions {
  return uploadTools({ methods: location.methods, limit: location.config.access.clientMaxBodySize });
}

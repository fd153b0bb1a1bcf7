/**
 * A folder's listing: what of it whoever asks may see, and what may be done there.
 *
 * @module
 */
import { joinPath } from "../disk/place.ts";
import { listingResponse } from "../files/listing.ts";
import type { ListedFolder } from "../files/listings.ts";
import type { Response } from "../http/message.ts";
import type { ListingOptions } from "../pages/listing.ts";
import { viewOf } from "../pages/listing/view.ts";
import { uploadTools } from "../pages/upload_tools.ts";
import type { Exchange } from "./exchange.ts";
import { listedType } from "./listed_type.ts";
import { mayWrite } from "./rights.ts";

/** Answers GET or HEAD. @throws {FileError} if the folder cannot be read */
export function answerWithListing(exchange: Exchange): Promise<Response> {
  const { location, path, request, server, services } = exchange, origin = location.origin!;
  exchange.trace?.answeredBy({ kind: "listing", path: joinPath(origin.root, location.originPath(path)) });
  return listingResponse(request, services.listings, listedFolder(exchange), server.isLive);
}

function listedFolder(exchange: Exchange): ListedFolder {
  const { location, path, request } = exchange, isWritable = showsTools(exchange);
  return {
    origin: location.origin!,
    path: location.originPath(path),
    urlPath: path,
    owner: location,
    view: viewOf(request.query),
    variant: isWritable ? "w" : "",
    options: () => isWritable ? toolsFor(exchange) : {},
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

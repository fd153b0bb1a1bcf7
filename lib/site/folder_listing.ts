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
import type { FolderEntry } from "../http/origin.ts";
import { FileError } from "../ports.ts";
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
    options: (found) => {
      const tools = isWritable ? toolsFor(exchange) : {};
      const readme = entryOfReadme(found);
      return readme === undefined ? tools : withReadme(exchange, tools, readme);
    },
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

/** PERF: what it takes is loaded with the first folder that has one. */
async function withReadme(
  exchange: Exchange,
  tools: ListingOptions,
  entry: FolderEntry,
): Promise<ListingOptions> {
  const { readmeBelow } = await import("./readme.ts");
  const { below, style } = await readmeBelow(exchange, entry).catch(unreadable);
  return below === undefined ? tools : { ...tools, below, style: (tools.style ?? "") + style };
}

/** It may have been taken away, or not be for everybody: the folder is listed all the same. */
function unreadable(error: unknown): Pick<ListingOptions, "below" | "style"> {
  if (error instanceof FileError) return {};
  throw error;
}

/** The names that are looked for, best first. */
const READMES = ["readme.md", "readme.markdown", "readme.txt", "readme"];

function entryOfReadme(found: readonly FolderEntry[]): FolderEntry | undefined {
  let best: FolderEntry | undefined, rank = READMES.length;
  for (const entry of found) {
    // PERF: one look at most names.
    if (entry.name.length > 15 || entry.kind !== "file") continue;
    const at = READMES.indexOf(entry.name.toLowerCase());
    if (at >= 0 && at < rank) [best, rank] = [entry, at];
  }
  return best;
}

function toolsFor({ location }: Exchange): ListingOptions {
  return uploadTools({ methods: location.methods, limit: location.config.access.clientMaxBodySize });
}

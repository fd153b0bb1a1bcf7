/**
 * A folder's listing: what of it whoever asks may see, and what may be done there.
 *
 * @module
 */
import { joinPath } from "../disk/place.ts";
import { listingResponse } from "../files/listing.ts";
import type { SearchOrder } from "../files/search.ts";
import type { ListedFolder } from "../files/listings.ts";
import type { FolderEntry } from "../http/origin.ts";
import { FileError } from "../ports.ts";
import type { Response } from "../http/message.ts";
import type { ListingOptions } from "../pages/listing.ts";
import { type ListingView, viewOf } from "../pages/listing/view.ts";
import { uploadTools } from "../pages/upload_tools.ts";
import { AccessGuard } from "./access_guard.ts";
import type { Exchange, Server } from "./exchange.ts";
import { toldByName } from "./listed_type.ts";
import { mayAsk, mayRead } from "./rights.ts";

/** Answers GET or HEAD. @throws {FileError} if the folder cannot be read */
export async function answerWithListing(exchange: Exchange): Promise<Response> {
  const { location, path, request, server: { isLive }, services: { listings } } = exchange;
  const view = viewOf(request.query), origin = location.origin!;
  exchange.trace?.answeredBy({ kind: "listing", path: joinPath(origin.root, location.originPath(path)) });
  if (view.search === "") {
    return await listingResponse(request, listings, listedFolder(exchange, view), isLive);
  }
  const { searchResponse } = await import("../files/search_response.ts");
  return await searchResponse(request, listings, searchOrder(exchange, view), {
    urlPath: path,
    view,
    isLive,
  });
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
    ...viewed(exchange),
    options: (found) => {
      const tools = { ...isWritable && toolsFor(exchange), ...location.config.files.archive && ARCHIVES };
      const readme = entryOfReadme(found);
      return readme === undefined ? tools : withReadme(exchange, tools, readme);
    },
    told: (name) => toldByName(exchange, name),
  };
}

/**
 * Which entries whoever asks may see, where that is not all of them.
 *
 * SECURITY: a look is shared by those alone who send the same credentials from the same address.
 */
function viewed(exchange: Exchange): Pick<ListedFolder, "viewer" | "shows"> {
  const { server, path, request: { fields, remote } } = exchange;
  if (!isGuarded(server)) return { viewer: "", shows: undefined };
  return {
    viewer: JSON.stringify([remote.hostname, fields.joined("authorization"), fields.joined("cookie")]),
    shows: ({ name, kind }) => mayAsk(exchange, `${path}${name}${kind === "directory" ? "/" : ""}`),
  };
}

/** PERF: where everybody may see everything, no entry is looked at for it. */
function isGuarded(server: Server): boolean {
  let known = guarded.get(server);
  if (known === undefined) {
    const { config, fallback } = server;
    known = fallback.location.guard !== undefined ||
      config.locations.some((location) => AccessGuard.of(location) !== undefined);
    guarded.set(server, known);
  }
  return known;
}

const guarded = new WeakMap<Server, boolean>();

/** SECURITY: what is found is what a GET would send, and no folder is looked into whose names would not be told. */
function searchOrder(exchange: Exchange, { search }: ListingView): SearchOrder {
  const { location, path } = exchange;
  return {
    origin: location.origin!,
    path: location.originPath(path),
    text: search,
    isRoot: path === "/",
    shows: (found) => (found.endsWith("/") ? mayAsk : mayRead)(exchange, `${path}${found}`),
    enters: (folder) => mayRead(exchange, `${path}${folder}`),
    told: (name) => toldByName(exchange, name),
  };
}

/** A folder's listing has tools to write to it, unless what is written goes elsewhere than what it shows. */
function showsTools(exchange: Exchange): boolean {
  const { location, path } = exchange;
  return location.showsStore && (location.guard?.lets(exchange, "write") ?? true) &&
    !location.folder?.find(location.originPath(path))?.isOutside;
}

/** Buttons that have the folder as one file. */
const ARCHIVES: ListingOptions = {
  actions: `<span role="group" aria-label="Download the folder">` +
    ["zip", "tar"].map((form) =>
      `<button name="archive" value="${form}" title="Download the folder as one file" aria-label="Download as .${form}">` +
      `↓ ${form}</button>`
    ).join("") + "</span>",
};

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

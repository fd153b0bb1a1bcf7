/**
 * One request on its way through the site, and what the site works with.
 *
 * @module
 */
import type { Gateway } from "../cgi/gateway.ts";
import type { FileCache } from "../files/file_cache.ts";
import type { Request } from "../http/message.ts";
import type { Log, StoreFiles } from "../ports.ts";
import type { Location } from "./location.ts";
import type { LocationTable } from "./location_table.ts";

/** One virtual host. */
export interface Server {
  /** Its own keys, for paths that no location takes. */
  readonly fallback: Location;
  readonly locations: LocationTable<Location>;
  /** Where the files lie that its locations run. */
  readonly programFolders: readonly string[];
}

/** What all requests of a site share. */
export interface Services {
  readonly files: FileCache;
  readonly gateway: Gateway;
  readonly store: StoreFiles;
  readonly errorLog: Log;
}

/** Where a request has got to. Internal redirects move it. */
export interface Visit {
  readonly request: Request;
  readonly server: Server;
  readonly services: Services;
  location: Location;
  /** Decoded and normalised. */
  path: string;
  /** An internal redirect has led here, so no try_files leads on. */
  redirected: boolean;
}

/** Moves a visit to the location of a path. */
export function moveTo(visit: Visit, path: string): void {
  visit.path = path;
  visit.location = visit.server.locations.find(path);
}

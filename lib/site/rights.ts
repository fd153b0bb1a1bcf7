/**
 * What whoever asks may do at other paths than the one that was asked for: what a listing, a search and an archive leave
 * out, and where a file may be moved to.
 *
 * @module
 */
import type { DecodedPath } from "../http/path.ts";
import type { Exchange } from "./exchange.ts";

/** True if GET would send the file that a path of this server means, or list the folder, to whoever sent this request. */
export function mayRead(exchange: Exchange, path: DecodedPath): boolean {
  return exchange.server.locations.find(path).location === exchange.location;
}

/** True if whoever sent this request may write at a path of this server. */
export function mayWrite(exchange: Exchange, path: DecodedPath): boolean {
  return exchange.server.locations.find(path).location.store !== undefined;
}

/**
 * What whoever asks may do at other paths than the one that was asked for: what a listing, a search and an archive leave
 * out, and where a file may be moved to. All of it is at hand: of a location with another file of users than the one by
 * which somebody is known, he counts as nobody unless he was seen there within a minute. Whoever has to be sure (both ends
 * of a MOVE) asks `admit(at(exchange, path), "write")` , whose refusal is the answer.
 *
 * @module
 */
import type { Deed } from "../access/rights.ts";
import { joinPath } from "../disk/place.ts";
import type { MaybePromise } from "../http/maybe_promise.ts";
import type { DecodedPath } from "../http/path.ts";
import type { Exchange } from "./exchange.ts";
import type { Admission } from "./access_guard.ts";
import type { Location } from "./location.ts";

/**
 * Whether an exchange may do something in its location: its refusal is the answer, and its exchange goes on. Counts what is
 * wrong; the way of every request asks it already.
 */
export function admit(exchange: Exchange, deed: Deed): MaybePromise<Admission<Exchange>> {
  return exchange.location.guard?.admit(exchange, deed) ?? { exchange, refused: undefined };
}

/**
 * True if a GET of a path would be let in by its location, whatever answers there: for names in a list. A folder's path may
 * have its slash or not.
 */
export function mayAsk(exchange: Exchange, path: DecodedPath): boolean {
  const { location } = exchange.server.locations.find(path);
  return lets(exchange, location, "read") && location.methods.has("GET");
}

/**
 * True if a GET of a path would be let in and would send the file that the path means in the exchange's own location: none
 * of another root, none behind a return, a program or another server, and no program, whose source is never sent. For what
 * is in an archive, in a search, and at the source of a COPY. A path with a slash at its end is a folder, whose names are
 * told only where it is listed.
 */
export function mayRead(exchange: Exchange, path: DecodedPath): boolean {
  const { location } = exchange.server.locations.find(path);
  if (!lets(exchange, location, "read") || !location.methods.has("GET")) return false;
  if (location !== exchange.location && !isSamePlace(exchange.location, location, path)) return false;
  if (path.endsWith("/")) return location.config.files.autoindex;
  return !isProgram(location, path);
}

/** True if whoever sent this request may store something at a path of this server. */
export function mayWrite(exchange: Exchange, path: DecodedPath): boolean {
  const { location } = exchange.server.locations.find(path);
  return location.store !== undefined && location.methods.has("PUT") && lets(exchange, location, "write");
}

function lets(exchange: Exchange, { guard }: Location, deed: "read" | "write"): boolean {
  return guard?.lets(exchange, deed) ?? true;
}

/** A path means the same file in both, and both send files. */
function isSamePlace(one: Location, other: Location, path: DecodedPath): boolean {
  const { answer, proxy, programs, files: { tryFiles } } = other.config;
  // A try_files that does not try the path itself sends another file.
  const sendsFiles = answer.return === undefined && proxy.proxyPass === undefined &&
    (tryFiles === undefined || tryFiles.candidates.includes("$uri")) &&
    programs.cgiScript === undefined && programs.fastcgiPass === undefined && !programs.cgiOnly;
  if (!sendsFiles || one.origin === undefined || other.origin === undefined) return false;
  // Two storages may have buckets of the same name.
  if (one.config.files.bucket?.name !== other.config.files.bucket?.name) return false;
  return joinPath(one.origin.root, one.originPath(path)) ===
    joinPath(other.origin.root, other.originPath(path));
}

/** By the names on the way down, as lib/site/programs.ts goes it. */
function isProgram({ config: { programs: { cgi, fastcgi } } }: Location, path: string): boolean {
  if (cgi === undefined && fastcgi === undefined) return false;
  const runs = (name: string) => {
    const dot = name.lastIndexOf(".");
    const has = (extension: string) => cgi?.[extension] !== undefined || fastcgi?.[extension] !== undefined;
    return has("*") || dot >= 0 && has(name.slice(dot));
  };
  return path.split("/").some((name) => name !== "" && runs(name));
}

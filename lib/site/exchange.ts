/**
 * One request on its way through the site. It does not change: another path is another exchange, which has that path's
 * location, so that the two can never disagree.
 *
 * @module
 */
import type { ServerConfig } from "../config/types.ts";
import type { ErrorPageOf } from "../cgi_protocol/environment.ts";
import type { Gateway } from "../cgi/gateway.ts";
import type { FastcgiGateway } from "../fastcgi/gateway.ts";
import type { FileCache } from "../disk/file_cache.ts";
import type { Listings } from "../files/listings.ts";
import type { MaybePromise } from "../http/maybe_promise.ts";
import type { HttpError } from "../http/errors.ts";
import type { Outcome, Request, Response } from "../http/message.ts";
import type { Labels } from "../http/origin.ts";
import { type DecodedPath, decodePathForProgram } from "../http/path.ts";
import { decodePathForUpstream } from "../http/upstream_path.ts";
import type { Compression, Dialer, ErrorLog, MainThread, StoreFiles } from "../ports.ts";
import type { AccessGuard } from "./access_guard.ts";
import type { AddedFields } from "./added_fields.ts";
import type { Buckets } from "./buckets.ts";
import type { PublicAuthority, SecureAddress } from "./authority_pages.ts";
import type { Location } from "./location.ts";
import type { LoginPage } from "./login_link.ts";
import type { LocationTable } from "./location_table.ts";
import type { KnowsUsers } from "./logins.ts";
import type { NeverRun } from "./never_run.ts";
import type { ProgramFiles } from "./program_files.ts";
import type { Forwarder } from "./forwarder.ts";
import type { Trace } from "./trace.ts";
import type { Weather } from "./weather.ts";

/** A location and what answers in it: chosen once, so that a location of plain files pays for nothing else. */
export interface LocationEntry {
  readonly location: Location;
  readonly answer: Answerer;
  /** What answers a path that is a file's name only as far as `namesEnd`; undefined if nothing may. */
  answerBehind(namesEnd: number): Answerer | undefined;
}

/** One virtual host. */
export interface Server {
  readonly config: ServerConfig;
  /** Its own keys, for paths that no location takes. */
  readonly fallback: LocationEntry;
  readonly locations: LocationTable<LocationEntry>;
  /** What every answer over TLS gets besides; undefined where that is nothing. */
  readonly hsts?: AddedFields | undefined;
  /** Where it shows the authority that its certificate is of; undefined where it has one of its own, or none. */
  readonly authority?: SecureAddress | undefined;
  /** Some of its locations have `live_reload`. */
  readonly isLive: boolean;
  /** Some location, of whatever server, is mounted by WebDAV: what is written anywhere may be locked. */
  readonly hasLocks: boolean;
  /** Of those, what says who may come in: events name files of all of them. */
  readonly liveGuards: readonly AccessGuard[];
  /** Which files are programs, of all servers. */
  readonly programFiles: ProgramFiles;
  /** What strangers write, of all servers. */
  readonly neverRun: NeverRun;
  /** Each 404 is a line of the error log. */
  readonly logsNotFound: boolean;
  /** Where its folders depend on the host: the servers for each. This one answers what is none of them. */
  readonly sites?: SiteServers | undefined;
}

/** Servers that are made of one, for hosts that it has a folder for. */
export interface SiteServers {
  /** The server of a request's host. @param above the one for what is no site */
  find(request: Request, above: Server): Server;
}

/** What all requests of a site share. */
export interface Services {
  readonly files: FileCache;
  readonly listings: Listings;
  readonly gateway: Pick<Gateway, "answer">;
  readonly dialer: Dialer;
  readonly fastcgi: Pick<FastcgiGateway, "answer">;
  readonly compression: Compression;
  readonly store: StoreFiles;
  readonly errorLog: ErrorLog;
  /** Has pages load themselves anew; undefined where no location does. */
  readonly live?: LiveReload | undefined;
  /** What makes answers slow and broken on purpose; undefined: nothing does, whatever the configuration says. */
  readonly weather?: Weather | undefined;
  /** Knows users; undefined: nobody is one. */
  readonly logins?: KnowsUsers | undefined;
  /** The main thread, for what no thread can know alone; undefined where there is none, and nothing is to be asked. */
  readonly main?: MainThread | undefined;
  /** Logs in by a link, and knows who has; undefined where the server was started without one. */
  readonly login?: LoginPage | undefined;
  /** Passes requests on to other servers; undefined where no location does. */
  readonly forwarder?: Forwarder | undefined;
  /** Has what lies in buckets; undefined where no location does. */
  readonly buckets?: Buckets | undefined;
  /** Whose certificates the servers have that bring none of their own; undefined where there are none. */
  readonly authority?: PublicAuthority | undefined;
}

/** Has pages load themselves anew when what they are made of changes. */
export interface LiveReload {
  /** A page with the script at its end; every other answer as it is. */
  withScript(exchange: Exchange, response: Response): MaybePromise<Response>;
  /** A request as it goes to whoever knows nothing of the script. */
  asPlain(request: Request): Request;
  /** The same for a file; undefined where that is no page, so that nothing of it changes. */
  asPlainFor(request: Request, labels: Labels): Request | undefined;
  /** The script, and the stream of events; undefined for what is neither. */
  answer(request: Request): Response | HttpError | undefined;
}

/** Where a request has got to. */
export interface Exchange {
  readonly request: Request;
  readonly server: Server;
  readonly services: Services;
  readonly location: Location;
  /** The location's. */
  readonly answer: Answerer;
  /** Decoded and normalised. */
  readonly path: DecodedPath;
  /** Internal redirects so far. */
  readonly hops: number;
  /** Those of them that programs have asked for. */
  readonly localRedirects: number;
  /** index, try_files or error_page has chosen the path: no try_files leads on from it. */
  readonly isChosen: boolean;
  /** The error whose page is being answered. */
  readonly errorPage: ErrorPageOf | undefined;
  /** What decides on failures on purpose, from 0 to 1; undefined as long as no location has asked for it. */
  readonly luck: number | undefined;
  /** Whose name and password were right; undefined where nobody was asked for them yet. */
  readonly user: string | undefined;
  /** The file of users that he stands in. */
  readonly userFile: string | undefined;
  /** Takes down how it is answered; undefined where nobody wants to know. */
  readonly trace: Trace | undefined;
}

/** Answers an exchange, whatever its method is: the gates have let it pass. @throws {HttpError | FileError | GoneError} */
export type Answerer = (exchange: Exchange) => MaybePromise<Outcome>;

/**
 * The first hop.
 *
 * @param path undefined where the request names none: then the server's own keys hold
 */
export function begin(
  request: Request,
  server: Server,
  services: Services,
  path: DecodedPath | undefined,
  trace?: Trace,
): Exchange {
  const { location, answer } = path === undefined ? server.fallback : server.locations.find(path);
  trace?.location(location.written, path ?? "/");
  return {
    request,
    server,
    services,
    location,
    answer,
    path: path ?? "/",
    hops: 0,
    localRedirects: 0,
    isChosen: false,
    errorPage: undefined,
    luck: undefined,
    user: undefined,
    userFile: undefined,
    trace,
  };
}

/**
 * The first hop for a path that names no file, but may have a program's PATH_INFO in it; undefined if nothing may take
 * it. SECURITY: such a path is never looked for as a whole. That its beginning and the whole of it fall into the same
 * location makes sure that none is passed by which would have refused it.
 */
export function beginBehind(
  request: Request,
  server: Server,
  services: Services,
  trace?: Trace,
): Exchange | undefined {
  if (request.form === "authority" || request.form === "asterisk") return undefined;
  const decoded = decodePathForProgram(request.path);
  if (decoded === undefined) return undefined;
  const { path, namesEnd, hasEncodedSlash } = decoded;
  const entry = server.locations.findBelow(path.slice(0, namesEnd));
  if (!isAllIn(server, path, entry)) return undefined;
  if (hasEncodedSlash && !entry.location.config.programs.allowEncodedSlash) return undefined;
  const answer = entry.answerBehind(namesEnd);
  return answer && { ...begin(request, server, services, path, trace), answer };
}

/**
 * The first hop for a path that decodePath() refuses, in a location whose requests go on to another server; undefined in any
 * other. SECURITY: the same as in beginBehind() makes sure that no location is passed by.
 */
export function beginPassedOn(
  request: Request,
  server: Server,
  services: Services,
  trace?: Trace,
): Exchange | undefined {
  if (request.form === "authority" || request.form === "asterisk") return undefined;
  const decoded = decodePathForUpstream(request.path);
  if (decoded === undefined) return undefined;
  const { path, namesEnd } = decoded;
  const entry = server.locations.findBelow(path.slice(0, namesEnd));
  if (entry.location.config.proxy.proxyPass === undefined || !isAllIn(server, path, entry)) return undefined;
  const answer = entry.answerBehind(namesEnd);
  return answer && { ...begin(request, server, services, path as DecodedPath, trace), answer };
}

/**
 * True if a location takes the whole of a path, also as others may read it: with a backslash as a slash, and with several
 * slashes as one.
 */
function isAllIn({ locations }: Server, path: string, entry: LocationEntry): boolean {
  return locations.find(path) === entry && locations.find(path.replace(/[/\\]+/g, "/")) === entry;
}

/**
 * The same exchange at a path that names no file, but may have a program's PATH_INFO in it; undefined if nothing may take
 * it. SECURITY: as in beginBehind().
 *
 * @param namesEnd where the path's end begins that can be no file's name
 */
export function atBehind(
  exchange: Exchange,
  path: DecodedPath,
  namesEnd: number,
  changes: Parameters<typeof at>[2],
): Exchange | undefined {
  const { locations } = exchange.server, entry = locations.findBelow(path.slice(0, namesEnd));
  const answer = locations.find(path) === entry ? entry.answerBehind(namesEnd) : undefined;
  return answer && { ...at(exchange, path, changes), answer };
}

/** The same exchange at another path, and so in that path's location. */
export function at(
  exchange: Exchange,
  path: DecodedPath,
  changes: Partial<Pick<Exchange, "request" | "hops" | "localRedirects" | "isChosen" | "errorPage">> = {},
): Exchange {
  const { server, services, trace } = exchange;
  const { location, answer } = server.locations.find(path);
  trace?.location(location.written, path);
  // PERF: written out, in the order of begin(): spreads would cost more than all the rest of a hop.
  return {
    request: changes.request ?? exchange.request,
    server,
    services,
    location,
    answer,
    path,
    hops: changes.hops ?? exchange.hops,
    localRedirects: changes.localRedirects ?? exchange.localRedirects,
    isChosen: changes.isChosen ?? exchange.isChosen,
    errorPage: changes.errorPage ?? exchange.errorPage,
    luck: exchange.luck,
    user: exchange.user,
    userFile: exchange.userFile,
    trace,
  };
}

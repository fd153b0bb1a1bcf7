/**
 * A configuration made ready to answer: for each endpoint its virtual hosts, for each of them its locations.
 *
 * @module
 */
import { allLocations, hasDav, hasLocalCertificate, programFolder } from "../config/places.ts";
import type { Config, LocationConfig, ServerConfig } from "../config/types.ts";
import { type Endpoint, endpointKey, isLoopback } from "../http/endpoint.ts";
import { HttpError, refusal } from "../http/errors.ts";
import { andThen, type MaybePromise } from "../http/maybe_promise.ts";
import type { Handler, Request, Response } from "../http/message.ts";
import { type DecodedPath, decodePath } from "../http/path.ts";
import { LIVE_EVENTS_PATH } from "../live/addresses.ts";
import { errorResponse } from "../pages/error_response.ts";
import type { StorePorts } from "../disk/store_origin.ts";
import { answererBehind, answererOf } from "./answerers.ts";
import { answerForAuthority, isOwnPath, type SecureAddress } from "./authority_pages.ts";
import {
  begin,
  beginBehind,
  beginPassedOn,
  type Exchange,
  type LocationEntry,
  type Server,
  type Services,
} from "./exchange.ts";
import type { AccessGuard } from "./access_guard.ts";
import { AddedFields } from "./added_fields.ts";
import { finish } from "./finish.ts";
import { HostGuard } from "./host_guard.ts";
import { Location } from "./location.ts";
import { LocationTable, SpelledLocationTable } from "./location_table.ts";
import { isMisdirected, MISDIRECTED } from "./misdirected.ts";
import { NeverRun } from "./never_run.ts";
import { ProgramFiles } from "./program_files.ts";
import type { ProgramRules } from "./programs.ts";
import { follow } from "./route.ts";
import { type MakeServer, type Shape, Sites } from "./sites.ts";
import type { Trace } from "./trace.ts";
import { VirtualHosts } from "./virtual_hosts.ts";

/** What answers on the endpoints that a configuration names, by their endpointKey(). */
export interface Site {
  readonly handlers: ReadonlyMap<string, SiteHandler>;
  /** For plain HTTP on endpoints that speak TLS: undefined for what is to be had over TLS alone. */
  readonly plainHandlers: ReadonlyMap<string, PlainHandler>;
}

/** Answers requests. @param trace takes down how */
export type SiteHandler = (request: Request, trace?: Trace) => ReturnType<Handler>;

/** Answers what is to be had without TLS on an endpoint that speaks it. */
export type PlainHandler = (request: Request) => ReturnType<Handler> | undefined;

/** Makes a configuration ready to answer. */
export function createSite(config: Config, services: Services): Site {
  const { timeouts, limits: { cgiProcesses } } = config;
  const rules: SiteRules = {
    limits: { timeout: timeouts.cgi, processes: cgiProcesses },
    logsNotFound: config.logNotFound,
    hasLocks: hasDav(config),
    neverRun: new NeverRun(config, services.files.files),
    names: services.files.files.names,
    heedsFirstLines: config.heedsFirstLines ?? false,
    ...programPlaces(config, services),
  };
  const make: MakeServer = (server, of, shape) => createServer(server, services, rulesOf(of), shape);
  const rulesOf = (of: Config): SiteRules => {
    if (of === config) return rules;
    // SECURITY: the stores of all sites, whichever it is.
    const neverRun = new NeverRun({ ...config, ...programFolderOf(of) }, services.files.files);
    return { ...rules, neverRun, ...programPlaces(of, services) };
  };
  const byEndpoint = new Map<string, Hosts>();
  for (const serverConfig of config.servers) {
    const server = Sites.serverOf(serverConfig, config, services.files, make);
    for (const endpoint of serverConfig.listen) {
      const key = endpointKey(endpoint);
      let hosts = byEndpoint.get(key);
      if (!hosts) {
        hosts = { endpoint, servers: new VirtualHosts(server), guard: guardOf(endpoint, config) };
        byEndpoint.set(key, hosts);
      }
      addNames(hosts, serverConfig, server);
    }
  }
  const all = [...byEndpoint], secure = all.filter(([, { endpoint }]) => endpoint.tls);
  const { trustedProxies: { length: proxies } } = config;
  const checked = (handler: SiteHandler) => proxies === 0 ? handler : refuseMalformedForwarded(handler);
  return {
    handlers: new Map(all.map(([key, hosts]) => [key, checked(createHandler(hosts, services))])),
    plainHandlers: new Map(secure.map(([key, hosts]) => [key, createPlainHandler(hosts, services)])),
  };
}

/** Where programs are, and which files are some. */
function programPlaces(
  config: Config,
  services: Services,
): Pick<SiteRules, "programFiles" | "programFolders"> {
  return {
    programFiles: new ProgramFiles(config, services.files.files),
    programFolders: [...new Set(allLocations(config).flatMap((location) => programFolder(location) ?? []))],
  };
}

function programFolderOf({ programFolder }: Config): Pick<Config, "programFolder"> {
  return programFolder === undefined ? {} : { programFolder };
}

/** Who answers on one address. */
interface Hosts {
  readonly endpoint: Endpoint;
  readonly servers: VirtualHosts<Server>;
  /** Undefined where other machines may ask, since they know it by names of theirs. */
  guard: HostGuard | undefined;
}

function guardOf(endpoint: Endpoint, { allowedHosts }: Config): HostGuard | undefined {
  if (!isLoopback(endpoint) || allowedHosts.includes(ANY_HOST)) return undefined;
  const guard = new HostGuard();
  for (const name of allowedHosts) guard.allow(hostOf(name));
  return guard;
}

function addNames(hosts: Hosts, { serverName, allowedHosts }: ServerConfig, server: Server): void {
  for (const name of serverName) hosts.servers.add(hostOf(name), server);
  if (allowedHosts.includes(ANY_HOST)) hosts.guard = undefined;
  for (const name of [...serverName, ...allowedHosts]) hosts.guard?.allow(hostOf(name));
}

/** In allowed_hosts. */
const ANY_HOST = "*";

/** Requests name an IPv6 address without its brackets. */
function hostOf(serverName: string): string {
  return serverName.startsWith("[") ? serverName.slice(1, -1) : serverName;
}

const HSTS = "Strict-Transport-Security";

/** What holds in all servers. */
interface SiteRules extends ProgramRules {
  readonly logsNotFound: boolean;
  readonly hasLocks: boolean;
  /** Where programs lie, for the stores. */
  readonly programFolders: readonly string[];
  /** What of all files is a program. */
  readonly programFiles: ProgramFiles;
}

function createServer(config: ServerConfig, services: Services, rules: SiteRules, shape: Shape): Server {
  const { files: { files, clock }, store } = services;
  const ports: StorePorts = {
    files,
    store,
    clock,
    get withheld() {
      return services.files.withheld;
    },
  };
  const create = (location: LocationConfig): LocationEntry => ({
    location: new Location(
      location,
      services.files,
      ports,
      rules.programFolders,
      shape.written(location),
      services.buckets,
    ),
    answer: shape.wrap(location, answererOf(location, rules)),
    answerBehind(namesEnd) {
      const answer = answererBehind(location, rules, namesEnd);
      return answer && shape.wrap(location, answer);
    },
  });
  const fallback = create(config.fallback);
  const locations = files.names === undefined
    ? new LocationTable(fallback)
    : new SpelledLocationTable(fallback, files.names, misspelt);
  const all = config.locations.map(create);
  for (const [index, { match, path }] of config.locations.entries()) locations.add(match, path, all[index]!);
  const hsts = config.hsts === undefined ? undefined : new AddedFields([[HSTS, config.hsts]]);
  const authority = hasLocalCertificate(config) ? secureAddressOf(config) : undefined;
  const { logsNotFound, programFiles, neverRun, hasLocks } = rules;
  const live = [fallback, ...all].filter(({ location }) => location.config.live.liveReload);
  const liveGuards = live.flatMap(({ location: { guard } }) => guard ?? []);
  return {
    config,
    fallback,
    locations,
    hsts,
    authority,
    isLive: live.length > 0,
    liveGuards,
    hasLocks,
    logsNotFound,
    programFiles,
    neverRun,
    sites: undefined,
  };
}

/** A location for paths that are in it, or not, by their case alone. */
function misspelt({ location }: LocationEntry): LocationEntry {
  return { location, answer: () => MISSPELT, answerBehind: () => () => MISSPELT };
}

const MISSPELT = new HttpError(404, "the path is that of a location in other letters", {
  hint: "A location of the configuration has this path in upper or lower case letters of another kind: " +
    "the disks of this system take both for one, so only the spelling of the configuration is answered.",
});

function secureAddressOf({ listen }: ServerConfig): SecureAddress {
  const secure = listen.filter(({ tls }) => tls), endpoint = secure.find(isAll) ?? secure[0]!;
  return { port: endpoint.port, isOpen: isAll(endpoint) };
}

function isAll({ hostname }: Endpoint): boolean {
  return hostname === "0.0.0.0" || hostname === "::";
}

/** What a server has of the authority, which no location has a say in; undefined for everything else. */
function authorityAnswer(
  request: Request,
  { endpoint }: Hosts,
  { authority: secure }: Server,
  { authority }: Services,
): MaybePromise<Response> | undefined {
  if (secure === undefined || authority === undefined || !isOwnPath(request)) return undefined;
  const address = endpoint.tls ? { port: undefined, isOpen: isAll(endpoint) } : secure;
  const outcome = answerForAuthority(request, authority, address);
  return outcome instanceof HttpError ? errorResponse(outcome, request) : outcome;
}

/** The script of pages that load themselves anew, and what tells it; undefined for everything else. */
function liveAnswer(
  request: Request,
  server: Server,
  services: Services,
): MaybePromise<Response> | undefined {
  const { live } = services, { isLive, liveGuards } = server;
  if (!isLive || live === undefined || !isOwnPath(request)) return undefined;
  const answer = () => {
    const outcome = live.answer(request);
    return outcome instanceof HttpError ? errorResponse(outcome, request) : outcome;
  };
  if (liveGuards.length === 0 || request.path !== LIVE_EVENTS_PATH) return answer();
  return hearEvents(begin(request, server, services, undefined), liveGuards, answer);
}

/** SECURITY: what has changed is told to whoever may read all that it may be about, and to nobody else. */
function hearEvents(
  exchange: Exchange,
  [guard, ...rest]: readonly AccessGuard[],
  answer: () => Response | undefined,
): MaybePromise<Response> {
  const { request } = exchange;
  if (guard === undefined) return answer() ?? errorResponse(refusal(404), request);
  return andThen(
    guard.admit(exchange, "read"),
    ({ exchange, refused }) =>
      refused === undefined ? hearEvents(exchange, rest, answer) : errorResponse(refused, request),
  );
}

/** What the link answers that logs in; undefined for everything else. */
function loginAnswer(request: Request, { login }: Services): MaybePromise<Response> | undefined {
  if (login === undefined || !isOwnPath(request)) return undefined;
  const outcome = login.answer(request);
  return outcome instanceof HttpError ? errorResponse(outcome, request) : outcome;
}

/** On an endpoint that speaks TLS. */
function createPlainHandler(hosts: Hosts, services: Services): PlainHandler {
  const { servers, guard } = hosts;
  return (request) => {
    const answer = authorityAnswer(request, hosts, servers.find(request.host), services);
    const refused = answer && guard?.refuse(request);
    return refused === undefined ? answer : errorResponse(refused, request);
  };
}

/** SECURITY: who is behind such a request cannot be told, and whoever sends it may mean just that. */
function refuseMalformedForwarded(handler: SiteHandler): SiteHandler {
  return (request, trace) =>
    request.forwarded?.isMalformed ? errorResponse(MALFORMED_FORWARDED, request) : handler(request, trace);
}

const MALFORMED_FORWARDED = new HttpError(400, "The field Forwarded breaks the grammar of RFC 7239");

/** Answers the requests of one endpoint. */
function createHandler(hosts: Hosts, services: Services): SiteHandler {
  const { servers, guard } = hosts;
  return (request, trace) => {
    const refused = guard?.refuse(request);
    // Nothing of the site, not even its error page, is for a page that has no business here.
    if (refused !== undefined) return errorResponse(refused, request);
    const server = servers.find(request.host);
    trace?.server(server.config);
    if (request.tls !== undefined && isMisdirected(request, request.tls, server, servers)) {
      return errorResponse(MISDIRECTED, request);
    }
    const answer = authorityAnswer(request, hosts, server, services) ??
      liveAnswer(request, server, services) ?? loginAnswer(request, services);
    if (answer !== undefined) {
      trace?.answeredBy({ kind: "server" });
      return answer;
    }
    const path = pathOf(request), site = server.sites?.find(request, server) ?? server;
    if (typeof path !== "object") return follow(begin(request, site, services, path, trace), finish);
    const behind = beginBehind(request, site, services, trace) ??
      beginPassedOn(request, site, services, trace);
    if (behind !== undefined) return follow(behind, finish);
    return finish(begin(request, site, services, undefined, trace), path);
  };
}

/** The path that a request means; undefined where its target has none (RFC 9112 sections 3.2.3 and 3.2.4). */
function pathOf({ form, path }: Request): DecodedPath | HttpError | undefined {
  if (form === "authority" || form === "asterisk") return undefined;
  const decoded = decodePath(path);
  if (decoded === "malformed") return MALFORMED;
  return decoded === "outside" ? OUTSIDE : decoded;
}

const MALFORMED = new HttpError(400, "The path cannot be decoded, or has what no path may have", {
  hint: "The address has a bad percent-encoding, a backslash, or an encoded slash or NUL.",
});

const OUTSIDE = new HttpError(404, "the path leaves the root, or has a name that starts with a dot", {
  hint: "The address leads out of the site, or has a name that starts with a dot: such are not sent.",
});

/**
 * A configuration made ready to answer: for each endpoint its virtual hosts, for each of them its locations.
 *
 * @module
 */
import type { ProgramLimits } from "../cgi/gateway.ts";
import type { Config, LocationConfig, ServerConfig } from "../config/types.ts";
import { endpointKey } from "../http/endpoint.ts";
import { type HttpError, refusal } from "../http/errors.ts";
import type { Handler, Request } from "../http/message.ts";
import { type DecodedPath, decodePath } from "../http/path.ts";
import { answererOf } from "./answerers.ts";
import { begin, type LocationEntry, type Server, type Services } from "./exchange.ts";
import { finish } from "./finish.ts";
import { Location, originRoot } from "./location.ts";
import { LocationTable } from "./location_table.ts";
import { follow } from "./route.ts";
import { VirtualHosts } from "./virtual_hosts.ts";

/** A handler for each endpoint that a configuration names, by its endpointKey(). */
export function createSite(config: Config, services: Services): ReadonlyMap<string, Handler> {
  const limits = { timeout: config.timeouts.cgi, processes: config.limits.cgiProcesses };
  const byEndpoint = new Map<string, VirtualHosts<Server>>();
  for (const serverConfig of config.servers) {
    const server = createServer(serverConfig, services, limits);
    for (const endpoint of serverConfig.listen) {
      const key = endpointKey(endpoint);
      let hosts = byEndpoint.get(key);
      if (!hosts) byEndpoint.set(key, hosts = new VirtualHosts(server));
      for (const name of serverConfig.serverName) hosts.add(hostOf(name), server);
    }
  }
  return new Map([...byEndpoint].map(([key, hosts]) => [key, createHandler(hosts, services)]));
}

/** Requests name an IPv6 address without its brackets. */
function hostOf(serverName: string): string {
  return serverName.startsWith("[") ? serverName.slice(1, -1) : serverName;
}

function createServer(config: ServerConfig, services: Services, limits: ProgramLimits): Server {
  const all = [config.fallback, ...config.locations];
  const programs = all.flatMap((location) =>
    location.programs.cgi === undefined ? [] : originRoot(location) ?? []
  );
  const { files: { files, clock }, store } = services;
  const ports = { files, store, clock };
  const create = (location: LocationConfig): LocationEntry => ({
    location: new Location(location, services.files, ports, programs),
    answer: answererOf(location, limits),
  });
  const fallback = create(config.fallback);
  const locations = new LocationTable(fallback);
  for (const location of config.locations) locations.add(location.match, location.path, create(location));
  return { fallback, locations };
}

/** Answers the requests of one endpoint. */
function createHandler(hosts: VirtualHosts<Server>, services: Services): Handler {
  return (request) => {
    const server = hosts.find(request.host);
    const path = pathOf(request);
    if (typeof path === "object") return finish(begin(request, server, services, undefined), path);
    return follow(begin(request, server, services, path), finish);
  };
}

/** The path that a request means; undefined where its target has none (RFC 9112 sections 3.2.3 and 3.2.4). */
function pathOf({ form, path }: Request): DecodedPath | HttpError | undefined {
  if (form === "authority" || form === "asterisk") return undefined;
  const decoded = decodePath(path);
  if (decoded === "malformed") return refusal(400);
  return decoded === "outside" ? refusal(404) : decoded;
}

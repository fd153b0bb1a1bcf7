/**
 * Why a server and a location were chosen, and who else would have fitted.
 *
 * @module
 */
import { withoutSlash } from "../config/places.ts";
import type { Config, LocationConfig, ServerConfig } from "../config/types.ts";
import { type Endpoint, endpointKey } from "../http/endpoint.ts";

/** Something that was not chosen. */
export interface Loser {
  readonly name: string;
  readonly why: string;
  readonly line: number | undefined;
}

/** A choice. */
export interface Choice {
  readonly why: string;
  readonly losers: readonly Loser[];
}

/** What a server is called: its first name, or its address. */
export function nameOfServer({ serverName, listen }: ServerConfig): string {
  return serverName[0] ?? (listen[0] === undefined ? "" : endpointKey(listen[0]));
}

/** Why a host leads to a server of an endpoint. */
export function chooseServer(
  { servers }: Config,
  endpoint: Endpoint,
  host: string,
  chosen: ServerConfig,
): Choice {
  const key = endpointKey(endpoint);
  const here = servers.filter(({ listen }) => listen.some((other) => endpointKey(other) === key));
  const name = bestName(chosen, host), isExact = name === host;
  const others = here.filter((server) => !isTheSame(server, chosen));
  const why = here.length === 1 && name === undefined
    ? "the only server of this address"
    : name === undefined
    ? `no server of this address is called ${host || "nothing"}, and this is its first`
    : `its server_name has ${name}${isExact ? "" : `, which ${host} fits`}`;
  const losers = others.flatMap((server) => {
    const other = bestName(server, host), lost = { name: nameOfServer(server), line: server.lines?.line };
    if (other !== undefined) {
      return [{
        ...lost,
        why: other === name
          ? `it has ${other} too, and comes later`
          : `${other} fits too, and ${isExact ? "the exact name counts" : "the longer name counts"}`,
      }];
    }
    return name !== undefined && server === here[0] ? [{ ...lost, why: "it is for all other hosts" }] : [];
  });
  return { why, losers };
}

/** One of a folder of sites is made of the server that stands in the file. */
function isTheSame(a: ServerConfig, b: ServerConfig): boolean {
  return a === b || a.lines !== undefined && a.lines.line === b.lines?.line;
}

/** The exact name, or the longest with an asterisk. */
function bestName({ serverName }: ServerConfig, host: string): string | undefined {
  const bare = (name: string) => name.replace(/^\[(.*)\]$/, "$1");
  return serverName.find((name) => bare(name) === host) ??
    serverName.filter((name) =>
      name.startsWith("*.") && host.endsWith(name.slice(1)) && host !== name.slice(1)
    )
      .sort((a, b) => b.length - a.length)[0];
}

/** Why a path is in a location of a server. */
export function chooseLocation(server: ServerConfig, path: string, chosen: LocationConfig): Choice {
  const candidates = server.locations.filter((location) => fits(location, path) && location !== chosen);
  const losers = candidates.map((location) => ({
    name: location.key,
    line: location.lines?.line,
    why: chosen.match === "exact" ? "an exact location counts before it" : "the longer prefix counts",
  })).sort((a, b) => b.name.length - a.name.length);
  if (chosen === server.fallback) return { why: "no location fits: the server's own keys hold", losers };
  const isBare = chosen.path === `${path}/`;
  const why = chosen.match === "exact"
    ? "it is for this path exactly"
    : isBare
    ? "the path is this location without its slash"
    : losers.length === 0
    ? "the only location that the path begins with"
    : "the longest of those that the path begins with";
  return { why, losers };
}

function fits({ match, path: own }: LocationConfig, path: string): boolean {
  if (match === "exact") return own === path;
  return path === own || `${path}/`.startsWith(`${withoutSlash(own)}/`);
}

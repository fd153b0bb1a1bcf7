/**
 * How servers and locations are called where requests are shown and counted.
 *
 * @module
 */
import type { Config, LocationConfig, ServerConfig } from "../config/types.ts";
import { endpointKey } from "../http/endpoint.ts";
import type { Place } from "./metrics.ts";

/** The first name of a server, or its address. */
export function nameOfServer({ serverName, listen }: ServerConfig): string {
  return serverName[0] ?? (listen[0] === undefined ? "" : endpointKey(listen[0]));
}

/** A place of a server; without a location that of requests which come to none. The server's own keys are its `/`. */
export function placeOf(server: ServerConfig, location?: LocationConfig): Place {
  return { server: nameOfServer(server), location: location?.key ?? "" };
}

/** All that a configuration has. */
export function placesOf({ servers }: Config): Place[] {
  return servers.flatMap((server) => [
    placeOf(server),
    placeOf(server, server.fallback),
    ...server.locations.map((location) => placeOf(server, location)),
  ]);
}

/** The same for places of the same names. */
export function placeKey({ server, location }: Place): string {
  return JSON.stringify([server, location]);
}

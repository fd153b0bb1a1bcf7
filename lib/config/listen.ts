/**
 * What a whole configuration listens on.
 *
 * @module
 */
import { type Endpoint, endpointKey } from "../http/endpoint.ts";
import type { Config } from "./types.ts";

/** Every endpoint once, in the order of the file. */
export function endpointsOf(config: Config): Endpoint[] {
  return distinct(config.servers.flatMap(({ listen }) => listen));
}

/** The same configuration with other endpoints. Those of a server that become the same are one. */
export function withEndpoints(config: Config, change: (endpoint: Endpoint) => Endpoint): Config {
  const servers = config.servers.map((server) => ({
    ...server,
    listen: distinct(server.listen.map(change)),
  }));
  return { ...config, servers };
}

function distinct(endpoints: readonly Endpoint[]): Endpoint[] {
  return [...new Map(endpoints.map((endpoint) => [endpointKey(endpoint), endpoint])).values()];
}

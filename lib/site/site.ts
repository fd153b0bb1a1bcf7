/**
 * A configuration made ready to answer: for each address its virtual hosts, for each of them its locations.
 *
 * @module
 */
import type { Address, Config, ServerConfig } from "../config/types.ts";
import type { Handler } from "../http/message.ts";
import { Location } from "./location.ts";
import { LocationTable } from "./location_table.ts";
import { createPipeline } from "./pipeline.ts";
import { VirtualHosts } from "./virtual_hosts.ts";
import type { Server, Services } from "./visit.ts";

/** What answers on one address. */
export interface AddressHandler {
  readonly address: Address;
  readonly handler: Handler;
}

/** A handler for each address that a configuration names. */
export function createSite(config: Config, services: Services): AddressHandler[] {
  const byAddress = new Map<string, { address: Address; hosts: VirtualHosts<Server> }>();
  for (const serverConfig of config.servers) {
    const server = createServer(serverConfig);
    for (const address of serverConfig.listen) {
      const key = `${address.hostname} ${address.port}`;
      let entry = byAddress.get(key);
      if (!entry) byAddress.set(key, entry = { address, hosts: new VirtualHosts(server) });
      for (const name of serverConfig.serverName) entry.hosts.add(hostOf(name), server);
    }
  }
  return [...byAddress.values()].map(({ address, hosts }) => ({
    address,
    handler: createPipeline(hosts, services),
  }));
}

/** Requests name an IPv6 address without its brackets. */
function hostOf(serverName: string): string {
  return serverName.startsWith("[") ? serverName.slice(1, -1) : serverName;
}

function createServer(config: ServerConfig): Server {
  const fallback = new Location(config.fallback);
  const table = new LocationTable(fallback);
  const locations = config.locations.map((location) => new Location(location));
  for (const location of locations) table.add(location.config.match, location.config.path, location);
  const programFolders = [fallback, ...locations].flatMap(({ config, base }) =>
    config.cgi === undefined || base === undefined ? [] : [base]
  );
  return { fallback, locations: table, programFolders };
}

/**
 * Ports, before any worker listens on them: whether they are free, and which number stands for 0.
 *
 * @module
 */
import type { Address, Config } from "../config/types.ts";
import { listen } from "../runtime/net.ts";

const keyOf = ({ hostname, port }: Address): string => `${hostname} ${port}`;

/** Remembers which ports this server has, so that a reload neither loses one nor takes its own for another's. */
export class PortReservations {
  /** The address in the file to the one that is listened on. */
  readonly #known = new Map<string, Address>();

  /**
   * The same configuration with every port known.
   *
   * @throws {ListenError} if an address that is new can not be listened on
   */
  resolve(config: Config): Config {
    const addresses = new Map(this.#known);
    for (const { listen } of config.servers) {
      for (const address of listen) {
        if (!addresses.has(keyOf(address))) addresses.set(keyOf(address), probe(address));
      }
    }
    const servers = config.servers.map((server) => ({
      ...server,
      listen: server.listen.map((address) => addresses.get(keyOf(address))!),
    }));
    for (const [key, address] of addresses) this.#known.set(key, address);
    return { ...config, servers };
  }

  /** Forgets what this configuration, as resolve() gave it, does not listen on. */
  keep(config: Config): void {
    const used = new Set(config.servers.flatMap(({ listen }) => listen.map(keyOf)));
    for (const [key, address] of this.#known) if (!used.has(keyOf(address))) this.#known.delete(key);
  }
}

/**
 * Listens for a moment, without sharing the port: workers share theirs, so to them a port that another server shares
 * too would look free.
 */
function probe(address: Address): Address {
  const listener = listen(address.hostname, address.port, false);
  try {
    return { hostname: address.hostname, port: listener.address.port };
  } finally {
    listener.close();
  }
}

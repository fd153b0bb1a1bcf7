/**
 * Endpoints before any worker listens on them: which address a name stands for, which port stands for 0, and whether
 * it is free.
 *
 * @module
 */
import { endpointsOf, withEndpoints } from "../config/listen.ts";
import type { Config } from "../config/types.ts";
import { type Endpoint, endpointKey, isName } from "../http/endpoint.ts";
import { addressOf, listen } from "../runtime/net.ts";

/** The names that the system has to resolve for a configuration. */
export function hostNames(config: Config): string[] {
  return [...new Set(endpointsOf(config).filter(isName).map(({ hostname }) => hostname))];
}

/** The same configuration with an address for every name. @throws {ListenError} */
export function withAddresses(
  config: Config,
  lookUp: (name: string) => string = addressOf,
): Config {
  return withEndpoints(
    config,
    (endpoint) => isName(endpoint) ? { ...endpoint, hostname: lookUp(endpoint.hostname) } : endpoint,
  );
}

/**
 * Remembers which addresses and ports this server has, so that a reload neither loses one nor takes its own for
 * another's.
 */
export class EndpointReservations {
  /** By name: asked of the system once, since another answer would be another socket. */
  #addresses: ReadonlyMap<string, string> = new Map();
  /** By the key of the endpoint in the file, the one that is listened on. */
  #reserved: ReadonlyMap<string, Endpoint> = new Map();

  /** @param lookUp asks the system for the address of a name */
  constructor(readonly lookUp: (name: string) => string = addressOf) {}

  /**
   * The same configuration with every address and every port known.
   *
   * @throws {ListenError} if a name cannot be resolved, or an endpoint that is new cannot be listened on
   */
  resolve(config: Config): Config {
    const addresses = remembering(this.#addresses, this.lookUp, (name) => name);
    const reserved = remembering(this.#reserved, reserve, endpointKey);
    const resolved = withEndpoints(withAddresses(config, addresses.get), reserved.get);
    // What stood as 0 may be written as the port that it became.
    const known = [...reserved.known.values()].map((endpoint) => [endpointKey(endpoint), endpoint] as const);
    this.#addresses = addresses.known;
    this.#reserved = new Map([...reserved.known, ...known]);
    return resolved;
  }

  /** Forgets what this configuration, as resolve() gave it, does not listen on. */
  keep(config: Config): void {
    const endpoints = endpointsOf(config);
    const used = new Set(endpoints.map(endpointKey)),
      hosts = new Set(endpoints.map(({ hostname }) => hostname));
    this.#reserved = filtered(this.#reserved, (endpoint) => used.has(endpointKey(endpoint)));
    this.#addresses = filtered(this.#addresses, (address) => hosts.has(address));
  }
}

/** Gets what is known, and finds out the rest. */
function remembering<K, V>(
  before: ReadonlyMap<string, V>,
  find: (wanted: K) => V,
  keyOf: (wanted: K) => string,
): { readonly get: (wanted: K) => V; readonly known: ReadonlyMap<string, V> } {
  const known = new Map(before);
  const get = (wanted: K) => {
    const key = keyOf(wanted);
    const value = known.get(key) ?? find(wanted);
    known.set(key, value);
    return value;
  };
  return { get, known };
}

function filtered<V>(map: ReadonlyMap<string, V>, accepts: (value: V) => boolean): ReadonlyMap<string, V> {
  return new Map([...map].filter(([, value]) => accepts(value)));
}

/**
 * Listens for a moment, without sharing the port: workers share theirs, so to them a port that another server shares
 * too would look free.
 */
function reserve(endpoint: Endpoint): Endpoint {
  const listener = listen(endpoint, false);
  try {
    return { ...endpoint, port: listener.address.port };
  } finally {
    listener.close();
  }
}

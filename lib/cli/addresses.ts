/**
 * Addresses that can be opened in a browser, from those that are listened on: `0.0.0.0` is none, it stands for all that
 * this machine has.
 *
 * @module
 */
import { endpointsOf } from "../config/listen.ts";
import type { Config } from "../config/types.ts";
import { type Endpoint, endpointUrl, isLoopback } from "../http/endpoint.ts";

/** URLs, each once. */
export interface OpenAddresses {
  /** For this machine alone. */
  readonly local: readonly string[];
  /** For others, too. */
  readonly network: readonly string[];
}

/** Those that speak TLS come before the others: a browser does more with them. */
export function encryptedFirst(endpoints: readonly Endpoint[]): Endpoint[] {
  return [...endpoints.filter(({ tls }) => tls), ...endpoints.filter(({ tls }) => !tls)];
}

/** True for the addresses that stand for all that a machine has. */
export function isAll({ hostname }: Pick<Endpoint, "hostname">): boolean {
  return hostname === "0.0.0.0" || hostname === "::";
}

/**
 * The addresses of a configuration whose ports are known, and the names under localhost, which browsers know by
 * themselves.
 *
 * @param own those of this machine that others reach
 */
export function openAddresses(config: Config, own: readonly string[]): OpenAddresses {
  const local = new Set<string>(), network = new Set<string>();
  for (const endpoint of encryptedFirst(endpointsOf(config))) {
    const at = (hostname: string) => endpointUrl({ ...endpoint, hostname });
    if (isLoopback(endpoint)) local.add(at(endpoint.hostname));
    else if (!isAll(endpoint)) network.add(at(endpoint.hostname));
    else {
      local.add(at(endpoint.hostname === "::" ? "::1" : "127.0.0.1"));
      // A socket for all addresses of IPv6 takes those of IPv4 as well.
      const reached = own.filter((address) => endpoint.hostname === "::" || !address.includes(":"));
      for (const address of reached) network.add(at(address));
    }
  }
  for (const { listen, serverName } of config.servers) {
    const names = serverName.filter((name) => name.endsWith(".localhost") && !name.startsWith("*"));
    for (const endpoint of listen.filter((endpoint) => isLoopback(endpoint) || isAll(endpoint))) {
      for (const hostname of names) local.add(endpointUrl({ ...endpoint, hostname }));
    }
  }
  return { local: [...local], network: [...network] };
}

/** The address for this machine's own browser. */
export function browserUrl(endpoint: Endpoint): string {
  return endpointUrl(isAll(endpoint) ? { ...endpoint, hostname: "localhost" } : endpoint);
}

/** The one that is named first where just one can be. */
export function firstEndpoint(endpoints: readonly Endpoint[]): Endpoint {
  return encryptedFirst(endpoints)[0]!;
}

/** Every address for this machine's own browser, each once: of an app its name first, else the first endpoint. */
export function browserUrls(config: Config): string[] {
  const { local, network } = openAddresses(config, []);
  const listened = encryptedFirst(endpointsOf(config)).map(browserUrl);
  const named = config.app === undefined
    ? []
    : encryptedFirst(endpointsOf(config)).map((endpoint) =>
      endpointUrl({ ...endpoint, hostname: `${config.app!.name}.localhost` })
    );
  return [...new Set([...named, ...listened, ...local, ...network])];
}

/** The address of an inspector for somebody who is to open it: with what opens it. */
export function inspectorUrl(
  { endpoint, token }: { readonly endpoint: Endpoint; readonly token: string },
): string {
  return `${endpointUrl(endpoint)}?token=${token}`;
}

/**
 * Servers that get into each other's way: two of them can share an address only if the name in a request tells which
 * one is meant. Two spellings of one address are one, host names are resolved.
 *
 * @module
 */
import { endpointKey, formatEndpoint, isName } from "../http/endpoint.ts";
import { isList } from "./decoder.ts";
import { DEFAULT_ADDRESS } from "./defaults.ts";
import { type Position, quote, type Report } from "./issues.ts";
import type { ServerSection } from "./schema.ts";

/** Gives the address of a host name; undefined where it cannot be told. */
type AddressOf = (name: string) => string | undefined;

/** An address that a server listens on. */
interface Listen {
  /** As endpointKey() has it once names are resolved. */
  readonly address: string;
  readonly tls: boolean;
  /** As it stands in the file. */
  readonly text: string;
  readonly position: Position;
}

/**
 * Reports an address that a server has twice, and servers that could never be chosen on an address.
 *
 * @param addressOf undefined: nobody is asked
 */
export function checkServers(
  servers: readonly ServerSection[],
  issue: Report,
  addressOf?: AddressOf,
): void {
  const resolve = addressOf && remembering(addressOf);
  const all = servers.map((server) => ({ server, listens: listensOf(server, resolve) }));
  checkEncryption(all.flatMap(({ listens }) => listens), issue);
  const addresses = new Map<string, Map<string, number>>();
  for (const { server, listens } of all) {
    const line = server.node.line ?? 0;
    const { names, nameless } = namesOf(server, issue);
    for (const { address, text } of distinct(server, listens, issue)) {
      const taken = addresses.get(address);
      if (taken === undefined) {
        addresses.set(address, new Map([["", line], ...names.map((name) => [name, line] as const)]));
        continue;
      }
      const shown = isSpelling(text, address) ? address : `${address} (${quote(text)} here)`;
      if (nameless) {
        issue(
          server.at("listen") ?? server.node,
          `never chosen on ${shown}, which has a server on line ${taken.get("")} already: ` +
            "give this one a server_name or another address",
        );
      }
      for (const name of names) {
        const owner = taken.get(name);
        if (owner === undefined) taken.set(name, line);
        else {
          issue(
            server.at("server_name") ?? server.node,
            `${quote(name)} on ${shown} belongs to the server on line ${owner} already`,
          );
        }
      }
    }
  }
}

/** What comes first on a connection is for all servers of its address alike. */
function checkEncryption(listens: readonly Listen[], report: Report): void {
  const first = new Map<string, { readonly tls: boolean; readonly line: number }>();
  for (const { address, tls, position: { line = 0, path } } of listens) {
    const other = first.get(address);
    if (other === undefined) first.set(address, { tls, line });
    else if (other.tls !== tls) {
      report(
        { line, path: path.replace(/(\.listen)\[\d+\]$/, "$1") },
        `${address} has ssl ${tls ? "here" : `on line ${other.line}`} and not ${
          tls ? `on line ${other.line}` : "here"
        }: an address speaks TLS for all of its servers or for none`,
      );
    }
  }
}

function namesOf(server: ServerSection, report: Report): { names: readonly string[]; nameless: boolean } {
  const node = server.at("server_name");
  const written = server.values.server_name ?? [];
  const names = [...new Set(written)];
  if (node !== undefined && names.length < written.length) report(node, "the same name twice");
  // Names that could not be decoded are names all the same.
  return { names, nameless: node === undefined || server.values.server_name?.length === 0 };
}

function listensOf(server: ServerSection, resolve: AddressOf | undefined): Listen[] {
  const node = server.at("listen");
  // What could not be decoded has been reported.
  if (node !== undefined && server.values.listen === undefined) return [];
  const nodes = node === undefined ? [] : isList(node.value) ? node.value : [node];
  return (server.values.listen ?? [DEFAULT_ADDRESS]).map((endpoint, index) => {
    const position = nodes[index] ?? server.node, text = nodes[index]?.text ?? formatEndpoint(endpoint);
    // A name that has no address is said at the start.
    const address = isName(endpoint) ? resolve?.(endpoint.hostname) : undefined;
    const hostname = address ?? endpoint.hostname;
    return { address: endpointKey({ ...endpoint, hostname }), tls: endpoint.tls, text, position };
  });
}

/** Each address once. */
function distinct(server: ServerSection, listens: readonly Listen[], report: Report): Listen[] {
  const node = server.at("listen"), first = new Map<string, Listen>();
  if (server.values.listen?.length === 0) report(node ?? server.node, "expected at least one address");
  for (const listen of listens) {
    const { address, text, position } = listen, other = first.get(address);
    if (other === undefined) first.set(address, listen);
    else if (other.text === text) report(position, `the same address twice: ${quote(text)}`);
    else {
      report(
        position,
        `${quote(other.text)} and ${quote(text)} are one address, ${address}: keep one of them`,
      );
    }
  }
  return [...first.values()];
}

/** True if one sees of a text what address it is, with no one to ask. */
function isSpelling(text: string, address: string): boolean {
  return text.includes(address) || /^(?:\d+|\*:\d+|localhost:\d+|\[.*\]:\d+)(?:\s+ssl)?$/.test(text);
}

function remembering(addressOf: AddressOf): AddressOf {
  const known = new Map<string, string | undefined>();
  return (name) => {
    if (!known.has(name)) known.set(name, addressOf(name));
    return known.get(name);
  };
}

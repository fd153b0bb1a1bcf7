/**
 * Servers that get into each other's way: two of them can share an address only if the name in a request tells which
 * one is meant.
 *
 * @module
 */
import { formatEndpoint } from "../http/endpoint.ts";
import { DEFAULT_ADDRESS } from "./defaults.ts";
import { quote, type Report } from "./issues.ts";
import type { ServerSection } from "./schema.ts";

/** Reports an address that a server has twice, and servers that could never be chosen on an address. */
export function checkServers(servers: readonly ServerSection[], report: Report): void {
  const addresses = new Map<string, Map<string, number>>();
  checkEncryption(servers, report);
  for (const server of servers) {
    const line = server.node.line ?? 0;
    const { names, nameless } = namesOf(server, report);
    for (const address of addressesOf(server, report)) {
      const taken = addresses.get(address);
      if (taken === undefined) {
        addresses.set(address, new Map([["", line], ...names.map((name) => [name, line] as const)]));
        continue;
      }
      if (nameless) {
        report(
          server.at("listen") ?? server.node,
          `never chosen on ${address}, which has a server on line ${taken.get("")} already: ` +
            "give this one a server_name or another address",
        );
      }
      for (const name of names) {
        const owner = taken.get(name);
        if (owner === undefined) taken.set(name, line);
        else {
          report(
            server.at("server_name") ?? server.node,
            `${quote(name)} on ${address} belongs to the server on line ${owner} already`,
          );
        }
      }
    }
  }
}

/** What comes first on a connection is for all servers of its address alike. */
function checkEncryption(servers: readonly ServerSection[], report: Report): void {
  const first = new Map<string, { readonly tls: boolean; readonly line: number }>();
  for (const server of servers) {
    const node = server.at("listen") ?? server.node, line = node.line ?? 0;
    for (const endpoint of server.values.listen ?? []) {
      const address = formatEndpoint(endpoint), { tls } = endpoint;
      const other = first.get(address);
      if (other === undefined) first.set(address, { tls, line });
      else if (other.tls !== tls) {
        report(
          node,
          `${address} has ssl ${tls ? "here" : `on line ${other.line}`} and not ${
            tls ? `on line ${other.line}` : "here"
          }: an address speaks TLS for all of its servers or for none`,
        );
      }
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

function addressesOf(server: ServerSection, report: Report): readonly string[] {
  const node = server.at("listen");
  if (node !== undefined && server.values.listen === undefined) return [];
  const written = (server.values.listen ?? [DEFAULT_ADDRESS]).map(formatEndpoint);
  const addresses = [...new Set(written)];
  if (node !== undefined && addresses.length < written.length) report(node, "the same address twice");
  if (node !== undefined && addresses.length === 0) report(node, "expected at least one address");
  return addresses;
}

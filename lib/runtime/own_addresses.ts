/**
 * The addresses by which other machines may reach this one.
 *
 * @module
 */
import { isLoopback } from "../http/endpoint.ts";

/** The permission that ownAddresses() needs. */
export const INTERFACES = "networkInterfaces";

/** What containers and virtual machines call theirs. */
const VIRTUAL = /^(?:docker|podman|br-|veth|virbr|vmnet|vboxnet|lxc|lxd|cni)/;

/**
 * IP addresses of this machine, but for those that only it can reach and those that are good on one cable only. Undefined
 * where we may not look: then nobody is asked.
 */
export function ownAddresses(): string[] | undefined {
  if (Deno.permissions.querySync({ name: "sys", kind: INTERFACES }).state !== "granted") return undefined;
  const interfaces = Deno.networkInterfaces();
  // What leads to containers and virtual machines is what others use last.
  const addresses = [...interfaces.filter(({ name }) => !VIRTUAL.test(name)), ...interfaces]
    .map(({ address }) => address);
  return [...new Set(addresses)].filter((hostname) =>
    !isLoopback({ hostname }) && !/^fe[89ab]/i.test(hostname)
  );
}

/**
 * What to listen on to be reached at every address of this machine. Where a socket for IPv6 takes what comes by IPv4 as
 * well, it is that one alone; some systems do not let it, some have no IPv6.
 */
export function everyAddress(): string[] {
  let port: number;
  try {
    using six = Deno.listen({ hostname: "::", port: 0 });
    port = six.addr.port;
    try {
      Deno.listen({ hostname: "0.0.0.0", port }).close();
    } catch (error) {
      if (error instanceof Deno.errors.AddrInUse) return ["::"];
      throw error;
    }
    return ["0.0.0.0", "::"];
  } catch {
    // Without IPv6, or without the permission to look: whoever may not listen there hears of it at the start.
    return ["0.0.0.0"];
  }
}

/**
 * The addresses by which other machines may reach this one.
 *
 * @module
 */
import { isLoopback } from "../http/endpoint.ts";

/** The permission that ownAddresses() needs. */
export const INTERFACES = "networkInterfaces";

/**
 * IP addresses of this machine, but for those that only it can reach and those that are good on one cable only. Undefined
 * where we may not look: then nobody is asked.
 */
export function ownAddresses(): string[] | undefined {
  if (Deno.permissions.querySync({ name: "sys", kind: INTERFACES }).state !== "granted") return undefined;
  const addresses = Deno.networkInterfaces().map(({ address }) => address);
  return [...new Set(addresses)].filter((hostname) =>
    !isLoopback({ hostname }) && !/^fe[89ab]/i.test(hostname)
  );
}

/**
 * Names and addresses that are nobody's on the internet: what a local certificate authority may vouch for, and nothing
 * else (RFC 5280 section 4.2.1.10), so that whoever steals its key cannot pose as the web.
 *
 * @module
 */
import { isAddress, normalIPv6 } from "./host.ts";
import { isTopLevelDomain } from "./top_level_domains.ts";

/**
 * Domains, each with all that is below it: RFC 6761 (localhost, test), RFC 6762 (local), RFC 8375 (home.arpa), ICANN's
 * reserved one (internal), and what routers at home call themselves (lan).
 */
export const LOCAL_DOMAINS: readonly string[] = [
  "localhost",
  "test",
  "local",
  "internal",
  "lan",
  "home.arpa",
];

/** A network: an address in its normal form, and how many bits of it count. */
export interface Network {
  readonly address: string;
  readonly bits: number;
}

/**
 * Loopback (RFC 1122, RFC 4291), private addresses (RFC 1918, RFC 4193), those of one cable (RFC 3927, RFC 4291), and
 * those that networks laid over the internet give to a phone (100.64.0.0/10, RFC 6598: it is shared by customers of a
 * provider, none of whom can be reached at it from anywhere else).
 */
export const LOCAL_NETWORKS: readonly Network[] = [
  { address: "127.0.0.0", bits: 8 },
  { address: "10.0.0.0", bits: 8 },
  { address: "172.16.0.0", bits: 12 },
  { address: "192.168.0.0", bits: 16 },
  { address: "169.254.0.0", bits: 16 },
  { address: "100.64.0.0", bits: 10 },
  { address: "::1", bits: 128 },
  { address: "fc00::", bits: 7 },
  { address: "fe80::", bits: 10 },
];

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * The domain of a machine by its name: undefined for what is no name of the DNS, and for a label that is a top-level
 * domain of the internet, since whatever is below it would be this machine's as well.
 *
 * @param machine as the system has it, e.g. `Ann-Laptop` or `ann.example.com`
 */
export function domainOfMachine(machine: string): string | undefined {
  const name = machine.toLowerCase().replace(/\.$/, "");
  const labels = name.split(".");
  if (name.length > 253 || isAddress(name) || !labels.every((label) => LABEL.test(label))) return undefined;
  return labels.length === 1 && isTopLevelDomain(name) ? undefined : name;
}

/** All domains that an authority on this machine may vouch for. @param machine its name, if it is known */
export function localDomains(machine: string | undefined): readonly string[] {
  const own = machine === undefined ? undefined : domainOfMachine(machine);
  return own === undefined || isBelow(own, LOCAL_DOMAINS) ? LOCAL_DOMAINS : [...LOCAL_DOMAINS, own];
}

/** True for a name or an IP address, both as parseHost() gives them, that is within some domains or networks. */
export function isWithin(host: string, domains: readonly string[], networks: readonly Network[]): boolean {
  const bytes = addressBytes(host);
  if (bytes === undefined) return isDomainName(host) && isBelow(host, domains);
  return networks.some(({ address, bits }) => isInNetwork(bytes, addressBytes(address)!, bits));
}

/**
 * Of a machine's addresses those that a phone in the same network is best told: none that is known to the whole internet,
 * and IPv6 only where there is nothing shorter to type.
 *
 * @param listening on which address a server listens: `0.0.0.0` is IPv4 alone
 */
export function addressesForPhones(own: readonly string[], listening: string): string[] {
  const local = own.filter((address) => isWithin(address, [], LOCAL_NETWORKS));
  const short = local.filter((address) => !address.includes(":"));
  return short.length > 0 || listening !== "::" ? short : local;
}

/** True for a name that a certificate may have: labels of letters, digits and hyphens (RFC 5280 section 4.2.1.6). */
export function isDomainName(name: string): boolean {
  return name.length <= 253 && name.split(".").every((label) => LABEL.test(label));
}

/** The 4 or 16 bytes of an IP address; undefined for what is none. */
export function addressBytes(host: string): Uint8Array | undefined {
  if (!isAddress(host)) return undefined;
  if (!host.includes(":")) return Uint8Array.from(host.split("."), Number);
  const normal = normalIPv6(host);
  if (normal === undefined) return undefined;
  const [left = "", right] = normal.split("::");
  const words = (text: string) => text === "" ? [] : text.split(":").map((word) => parseInt(word, 16));
  const [head, tail] = [words(left), words(right ?? "")];
  const gap = right === undefined ? 0 : 8 - head.length - tail.length;
  const all = [...head, ...Array<number>(gap).fill(0), ...tail];
  return Uint8Array.from(all.flatMap((word) => [word >> 8, word & 0xff]));
}

function isBelow(name: string, domains: readonly string[]): boolean {
  return domains.some((domain) => name === domain || name.endsWith(`.${domain}`));
}

function isInNetwork(address: Uint8Array, network: Uint8Array, bits: number): boolean {
  if (address.length !== network.length) return false;
  for (let bit = 0; bit < bits; bit += 8) {
    const mask = 0xff << Math.max(0, 8 - (bits - bit)) & 0xff, at = bit / 8;
    if ((address[at]! & mask) !== (network[at]! & mask)) return false;
  }
  return true;
}

/** The mask of a network, as bytes of an address. */
export function maskBytes(bits: number, length: number): Uint8Array {
  return Uint8Array.from(
    { length },
    (_, index) => 0xff << Math.min(8, Math.max(0, 8 * (index + 1) - bits)) & 0xff,
  );
}

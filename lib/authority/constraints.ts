/**
 * Name constraints (RFC 5280 section 4.2.1.10): which names the certificates of an authority may have. A certificate
 * with any other name is refused by whoever verifies it, whoever has signed it with the authority's key.
 *
 * @module
 */
import { addressBytes, isWithin, maskBytes, type Network } from "../http/local_names.ts";
import { concat, type Der, DerError, elements, explicit, implicit, sequence } from "./der.ts";

/** What is permitted; a name of another kind is not constrained, and is kept out by the extended key usage. */
export interface Constraints {
  readonly domains: readonly string[];
  readonly networks: readonly Network[];
}

/** Kinds of GeneralName (section 4.2.1.6). */
export const DNS_NAME = 2, IP_ADDRESS = 7;

const encoder = new TextEncoder(), decoder = new TextDecoder();

/** Whether they permit a host. `*.` at the start of a name stands for one label (RFC 9525 section 6.3). */
export function permits({ domains, networks }: Constraints, host: string): boolean {
  // Clients take a wildcard only above two labels that they know.
  const isWildcard = host.startsWith("*.") && host.slice(2).includes(".");
  return isWithin(isWildcard ? host.slice(2) : host, domains, networks);
}

/** The GeneralName of a host. */
export function generalName(host: string): Der {
  const address = addressBytes(host);
  return address === undefined ? implicit(DNS_NAME, encoder.encode(host)) : implicit(IP_ADDRESS, address);
}

/** The extension's value. */
export function encodeConstraints({ domains, networks }: Constraints): Der {
  const names = [
    ...domains.map((domain) => implicit(DNS_NAME, encoder.encode(domain))),
    ...networks.map(({ address, bits }) => {
      const bytes = addressBytes(address)!;
      return implicit(IP_ADDRESS, concat([bytes, maskBytes(bits, bytes.length)]));
    }),
  ];
  return sequence(explicit(0, ...names.map((name) => sequence(name))));
}

/** @throws {DerError} for what is none of ours */
export function decodeConstraints(value: Uint8Array): Constraints {
  const [whole, ...more] = elements(value);
  const [permitted, ...others] = elements(whole?.content ?? new Uint8Array());
  if (permitted?.tag !== 0xa0 || more.length > 0 || others.length > 0) {
    throw new DerError("name constraints of another kind");
  }
  const domains: string[] = [], networks: Network[] = [];
  for (const subtree of elements(permitted.content)) {
    const [name] = elements(subtree.content);
    if (name?.tag === (0x80 | DNS_NAME)) domains.push(decoder.decode(name.content));
    else if (name?.tag === (0x80 | IP_ADDRESS)) networks.push(networkOf(name.content));
    else throw new DerError("a name constraint of another kind");
  }
  return { domains, networks };
}

function networkOf(bytes: Uint8Array): Network {
  const half = bytes.length / 2;
  if (half !== 4 && half !== 16) throw new DerError("a network of another size");
  const address = bytes.subarray(0, half);
  const words = Array.from({ length: 8 }, (_, at) => address[2 * at]! << 8 | address[2 * at + 1]!);
  return {
    address: half === 4 ? address.join(".") : words.map((word) => word.toString(16)).join(":"),
    bits: bytes.subarray(half).reduce((sum, byte) => sum + byte.toString(2).replaceAll("0", "").length, 0),
  };
}

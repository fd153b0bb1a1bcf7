/**
 * Where connections come in: an address, a port, and whether TLS is spoken there. Two spellings of one address are one
 * endpoint, since the system would deal out its connections between two sockets.
 *
 * @module
 */
import { normalIPv6 } from "./host.ts";

/** One socket that is listened on. */
export interface Endpoint {
  /** An IP address in its normal form, without brackets, or a name that the system has yet to resolve. */
  readonly hostname: string;
  /** 0 is any free port. */
  readonly port: number;
  readonly tls: boolean;
}

/** An endpoint without TLS, its host in the normal form. */
export function endpointOf(hostname: string, port: number): Endpoint {
  return { hostname: normalHostname(hostname), port, tls: false };
}

/** The same for all that is one socket; to be compared only once names are resolved. */
export function endpointKey(endpoint: Endpoint): string {
  return formatEndpoint(endpoint);
}

/** As it is written: `127.0.0.1:8080`, `[::1]:8080`. */
export function formatEndpoint({ hostname, port }: Pick<Endpoint, "hostname" | "port">): string {
  return `${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
}

/** What a browser is pointed at. */
export function endpointUrl(endpoint: Endpoint): string {
  return `${endpoint.tls ? "https" : "http"}://${formatEndpoint(endpoint)}/`;
}

/** True if only this machine can reach it: 127.0.0.0/8 and ::1 (RFC 6890), be it written as IPv4 or IPv6. */
export function isLoopback({ hostname }: Pick<Endpoint, "hostname">): boolean {
  return /^127\.[\d.]+$/.test(hostname) || hostname === "::1" ||
    /^::ffff:7f[\da-f]{2}:[\da-f]{1,4}$/.test(hostname);
}

/** True if only the system can tell what address is meant. */
export function isName({ hostname }: Pick<Endpoint, "hostname">): boolean {
  return !hostname.includes(":") && !/^[\d.]+$/.test(hostname);
}

/**
 * The host that is connected to in place of one that is written: systems differ in whether they know names below localhost
 * (RFC 6761 section 6.3). localhost itself stays, since what listens there may do so on 127.0.0.1 or on ::1.
 */
export function hostToDial(hostname: string): string {
  return hostname.toLowerCase().endsWith(".localhost") ? "127.0.0.1" : hostname;
}

/**
 * The loopback address is asked of nobody: systems differ in whether they know names below localhost (RFC 6761 section
 * 6.3), and some resolve localhost to ::1, where a bare port does not listen.
 */
function normalHostname(hostname: string): string {
  const lower = hostname.toLowerCase();
  if (lower === "localhost" || lower.endsWith(".localhost")) return "127.0.0.1";
  return normalIPv6(lower) ?? lower;
}

/**
 * The values that have a notation of their own: sizes, times, addresses. Each function throws a ValueError that shows the
 * value and says what was expected.
 *
 * @module
 */
import { type Endpoint, endpointOf, isLoopback } from "../http/endpoint.ts";
import { normalIPv6 } from "../http/host.ts";
import { quote } from "./issues.ts";

/** A value that cannot be read; its message is for the one who wrote it. */
export class ValueError extends Error {
  override readonly name = "ValueError";
}

const SIZE_UNITS: Readonly<Record<string, number>> = { "": 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/**
 * Bytes, from `512`, `8k`, `10M` or `2G`; `0` is no limit.
 *
 * @throws {ValueError}
 */
export function parseSize(text: string): number {
  const [, digits, unit] = /^(\d+)([kmg]?)$/i.exec(text) ?? [];
  const size = Number(digits) * (SIZE_UNITS[unit?.toLowerCase() ?? ""] ?? NaN);
  if (!Number.isSafeInteger(size)) {
    throw new ValueError(`expected a size such as 512, 8k, 10M or 2G, not ${quote(text)}`);
  }
  return size === 0 ? Infinity : size;
}

const TIME_UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/**
 * Milliseconds, from `500ms`, `10s`, `2m` or `1h`.
 *
 * @throws {ValueError} also for a number without a unit
 */
export function parseDuration(text: string): number {
  const [, digits, unit] = /^(\d+)(ms|s|m|h|d)$/.exec(text) ?? [];
  const duration = Number(digits) * (TIME_UNITS[unit ?? ""] ?? NaN);
  if (!Number.isSafeInteger(duration)) {
    const what = /^\d+$/.test(text) ? "a time with its unit (ms, s, m, h or d)" : "a time";
    throw new ValueError(`expected ${what} such as 500ms, 10s, 2m, 1h or 1d, not ${quote(text)}`);
  }
  return duration;
}

export const ADDRESS = 'an address such as 8080, "0.0.0.0:8080", "[::1]:8080" or "8443 ssl"';

/**
 * An address to listen on: `8080` (on 127.0.0.1), `0.0.0.0:8080`, `[::1]:8080`, `localhost:8080`, or `*:8080` for all
 * IPv4 addresses; with ` ssl` behind it where TLS is spoken there.
 *
 * @throws {ValueError}
 */
export function parseAddress(text: string): Endpoint {
  const [, address] = /^(.*\S)\s+ssl$/.exec(text) ?? [];
  return address === undefined
    ? parseSocketAddress(text, text)
    : { ...parseSocketAddress(address, text), tls: true };
}

/**
 * The address of the inspector, as parseAddress() takes it.
 *
 * SECURITY: it shows what all clients send, so it is for this machine alone.
 *
 * @throws {ValueError} for any address that others reach
 */
export function parseAdmin(text: string): Endpoint {
  const endpoint = parseAddress(text);
  if (endpoint.tls) throw new ValueError(`the inspector speaks no TLS: leave out "ssl" in ${quote(text)}`);
  if (endpoint.hostname === "localhost") return { ...endpoint, hostname: "127.0.0.1" };
  if (isLoopback(endpoint)) return endpoint;
  throw new ValueError(
    `the inspector is for this machine alone: expected 127.0.0.1, [::1] or localhost with a port, not ${
      quote(text)
    }`,
  );
}

/** @param written with what stands behind the address */
function parseSocketAddress(text: string, written: string): Endpoint {
  if (/^\d+$/.test(text)) return endpointOf("127.0.0.1", parsePort(text, written));
  const [, host, port] = /^(\[.*\]|[^:]*)(?::(.*))?$/.exec(text) ?? [];
  if (host === undefined || host === "") throw new ValueError(`expected ${ADDRESS}, not ${quote(written)}`);
  const hostname = host === "*" ? "0.0.0.0" : parseHost(host);
  if (hostname === undefined) throw new ValueError(`expected ${ADDRESS}, not ${quote(written)}`);
  if (port === undefined) {
    throw new ValueError(`expected an address with a port such as "${host}:8080", not ${quote(written)}`);
  }
  return endpointOf(hostname, parsePort(port, written));
}

function parsePort(port: string, address: string): number {
  if (/^\d{1,5}$/.test(port) && Number(port) <= 65535) return Number(port);
  throw new ValueError(`expected a port from 0 to 65535, not ${quote(address)}`);
}

/** A host name, an IPv4 address, or an IPv6 address in brackets (which go); undefined if it is none of them. */
export function parseHost(text: string): string | undefined {
  if (text.startsWith("[")) return text.endsWith("]") ? normalIPv6(text.slice(1, -1)) : undefined;
  if (/^[\d.]+$/.test(text)) {
    const numbers = text.split(".");
    return numbers.length === 4 && numbers.every((n) => /^\d{1,3}$/.test(n) && Number(n) <= 255)
      ? numbers.map(Number).join(".")
      : undefined;
  }
  const labels = text.split(".");
  return labels.every((label) => /^\w(?:[\w-]*\w)?$/.test(label)) ? text.toLowerCase() : undefined;
}

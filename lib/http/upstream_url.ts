/**
 * Servers of somebody else as people write them: for messages and the log.
 *
 * @module
 */
import type { UpstreamAddress } from "../ports.ts";
import { formatEndpoint } from "./endpoint.ts";

/** `http://127.0.0.1:3000`, `http://unix:/run/app.sock`: without a path, and there is no password in it. */
export function upstreamUrl(
  { address, tls, hostname }: {
    readonly address: UpstreamAddress;
    readonly tls: boolean;
    readonly hostname: string;
  },
): string {
  const named = "path" in address ? address : { hostname, port: address.port };
  return `${tls ? "https" : "http"}://${formatUpstream(named)}`;
}

/** `127.0.0.1:9000`, `[::1]:9000`, `unix:/run/php.sock`. */
export function formatUpstream(address: UpstreamAddress): string {
  return "path" in address ? `unix:${address.path}` : formatEndpoint(address);
}

/** What a request to it has as its Host: without the port that its scheme has anyway. A socket has a name alone. */
export function upstreamAuthority(
  { address, tls, hostname }: {
    readonly address: UpstreamAddress;
    readonly tls: boolean;
    readonly hostname: string;
  },
): string {
  if ("path" in address) return hostname;
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  return address.port === (tls ? 443 : 80) ? host : `${host}:${address.port}`;
}

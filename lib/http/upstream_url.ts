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

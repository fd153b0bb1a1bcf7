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
  const scheme = tls ? "https" : "http";
  if ("path" in address) return `${scheme}://unix:${address.path}`;
  return `${scheme}://${formatEndpoint({ hostname, port: address.port })}`;
}

/**
 * Requests over TLS for a host that this connection is not for (RFC 9110 section 15.5.20): clients use one connection for
 * all hosts that its certificate covers, and for no other.
 *
 * @module
 */
import { HttpError } from "../http/errors.ts";
import { isAddress } from "../http/host.ts";
import type { Request } from "../http/message.ts";
import type { TlsSession } from "../ports.ts";
import type { VirtualHosts } from "./virtual_hosts.ts";

/** Another connection may do better. */
export const MISDIRECTED = new HttpError(
  421,
  "The host is none of those that this connection's certificate is for",
  {
    hint: "The name in the address is another than the one that the connection was made for.",
  },
);

/**
 * True if the host's server is another than the one that the client named in the handshake, and the certificate is not
 * for the host. Where no name is given, or an address, nothing can be told.
 *
 * @param server of the request's host
 */
export function isMisdirected<T>(
  { host, form }: Pick<Request, "host" | "form">,
  tls: TlsSession,
  server: T,
  servers: VirtualHosts<T>,
): boolean {
  const { serverName } = tls;
  // PERF: nearly always the host is the name.
  if (serverName === undefined || serverName === host || host === "" || form === "authority") return false;
  return servers.find(serverName) !== server && !isAddress(host) && !tls.covers(host);
}

/**
 * TLS to servers of somebody else, over node:net and node:tls. (A connection of `Deno.startTls` whose peer stalls is left
 * open by its close(), and there is no way to take a certificate unseen.) Loaded where TLS is spoken.
 *
 * @module
 */
import net from "node:net";
import tls from "node:tls";
import { formatEndpoint } from "../http/endpoint.ts";
import type { DialOptions, Duplex, UpstreamAddress } from "../ports.ts";
import { below } from "./below.ts";
import type { DialerSettings } from "./dial.ts";
import type { Bound } from "./dial_bound.ts";
import { SocketConnection } from "./socket_connection.ts";

/** Connects and shakes hands. @throws whatever the runtime does, by rejecting; nothing is left open then */
export async function dialTls(
  address: UpstreamAddress,
  { serverName, verify }: NonNullable<DialOptions["tls"]>,
  bound: Bound,
  { authorities }: DialerSettings,
): Promise<Duplex> {
  checkPermission(address);
  const raw = net.connect({
    ...("path" in address ? { path: address.path } : { host: address.hostname, port: address.port }),
    noDelay: true,
    allowHalfOpen: true,
  });
  // What breaks is noticed by whoever reads or writes.
  raw.on("error", () => {});
  let socket: tls.TLSSocket | undefined;
  try {
    await bound.race(happens(raw, "connect"), () => {});
    socket = tls.connect({
      socket: raw,
      ALPNProtocols: ["http/1.1"],
      minVersion: "TLSv1.2",
      rejectUnauthorized: verify,
      // An address is no server name (RFC 6066 section 3), but what the certificate has to be for.
      ...(net.isIP(serverName) === 0 ? { servername: serverName } : { host: serverName }),
      ...(authorities && { ca: [...authorities] }),
    });
    socket.on("error", () => {});
    await bound.race(handshake(socket), () => {});
    const ends = { remote: NOWHERE, local: NOWHERE };
    return new SocketConnection(socket, ends, undefined, below(raw));
  } catch (error) {
    socket?.destroy();
    raw.destroy();
    throw error;
  }
}

/** Nobody asks. */
const NOWHERE = { hostname: "", port: 0 };

/** Before Deno 2.9 what is not allowed looks as if it was refused. */
function checkPermission(address: UpstreamAddress): void {
  if ("path" in address) return;
  const { state } = Deno.permissions.querySync({ name: "net", host: formatEndpoint(address) });
  if (state !== "granted") throw new Deno.errors.NotCapable();
}

/** Resolves at an event; rejects where the socket breaks or closes before. */
function happens(socket: net.Socket, event: "connect" | "secureConnect"): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = () => reject(new Deno.errors.ConnectionReset("the peer has left"));
    socket.once(event, () => {
      socket.off("error", reject);
      socket.off("close", leave);
      resolve();
    });
    socket.once("error", reject);
    socket.once("close", leave);
  });
}

async function handshake(socket: tls.TLSSocket): Promise<void> {
  await happens(socket, "secureConnect");
  // Before Deno 2.9 that is said of a failed handshake, too, and why it failed comes behind it.
  if (socket.alpnProtocol === null) await new Promise((_, reject) => socket.once("error", reject));
  if (socket.destroyed) throw new Deno.errors.ConnectionReset("the peer has left");
}

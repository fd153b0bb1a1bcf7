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
import type { Bound } from "./dial_bound.ts";
import { SocketConnection } from "./socket_connection.ts";

/** What a dialer has besides the system's. */
export interface DialerSettings {
  /** Certificates of authorities, PEM, in place of those that the runtime believes. */
  readonly authorities?: readonly string[];
}

/** Connects and shakes hands. @throws whatever the runtime does, by rejecting; nothing is left open then */
export async function dialTls(
  address: UpstreamAddress,
  options: NonNullable<DialOptions["tls"]>,
  bound: Bound,
  settings: DialerSettings,
): Promise<Duplex> {
  checkPermission(address);
  const raw = net.connect({
    ...("path" in address ? { path: address.path } : { host: address.hostname, port: address.port }),
    noDelay: true,
    allowHalfOpen: true,
  });
  let socket: tls.TLSSocket | undefined;
  try {
    await bound.race(
      new Promise<void>((resolve, reject) => {
        fails(raw, reject);
        // Before Deno 2.9 it has to be done at once, or the raw socket begins to read for itself.
        raw.once("connect", () => {
          try {
            socket = tls.connect({ socket: raw, ...tlsOptions(options, settings) });
            fails(socket, reject);
            // There, too, that is said of a failed handshake, and why it failed comes behind it.
            socket.once("secureConnect", () => socket!.alpnProtocol === null || resolve());
          } catch (error) {
            reject(error);
          }
        });
      }),
      () => {},
    );
    if (raw.destroyed || socket!.destroyed) throw peerHasLeft();
    return new SocketConnection(socket!, ENDS, undefined, below(raw));
  } catch (error) {
    socket?.destroy();
    raw.destroy();
    throw error;
  }
}

/** Nobody asks for them. */
const NOWHERE = { hostname: "", port: 0 };
const ENDS = { remote: NOWHERE, local: NOWHERE };

/** Before Deno 2.9 what is not allowed looks as if it was refused. */
function checkPermission(address: UpstreamAddress): void {
  if ("path" in address) return;
  const { state } = Deno.permissions.querySync({ name: "net", host: formatEndpoint(address) });
  if (state !== "granted") throw new Deno.errors.NotCapable();
}

function tlsOptions(
  { serverName, verify }: NonNullable<DialOptions["tls"]>,
  settings: DialerSettings,
): tls.ConnectionOptions {
  return {
    secureContext: contextFor(settings),
    ALPNProtocols: ["http/1.1"],
    rejectUnauthorized: verify,
    // An address is no server name (RFC 6066 section 3), but what the certificate has to be for.
    ...(net.isIP(serverName) === 0 ? { servername: serverName } : { host: serverName }),
  };
}

/** PERF: half a millisecond each, of the two that a handshake takes: all authorities that the system believes are read. */
const contexts = new WeakMap<DialerSettings, tls.SecureContext>();

function contextFor(settings: DialerSettings): tls.SecureContext {
  let context = contexts.get(settings);
  if (context === undefined) {
    const { authorities } = settings;
    context = tls.createSecureContext({
      minVersion: "TLSv1.2",
      ...(authorities && { ca: [...authorities] }),
    });
    contexts.set(settings, context);
  }
  return context;
}

/** The listeners stay: what breaks later is noticed by whoever reads or writes. */
function fails(socket: net.Socket, reject: (error: Error) => void): void {
  socket.on("error", reject);
  socket.once("close", () => reject(peerHasLeft()));
}

function peerHasLeft(): Error {
  return new Deno.errors.ConnectionReset("the peer has left");
}

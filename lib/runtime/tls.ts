/**
 * TLS over node:net and node:tls. (`Deno.listenTls` never sets TCP_NODELAY, which has answers wait for 43 ms, leaves the
 * sockets of silent clients open, and cannot be given another certificate.) Each connection is looked at before TLS gets
 * it: a handshake begins with the byte 22 (RFC 8446 section 5.1), and whatever else comes is plain HTTP, or nothing.
 *
 * Loaded only where TLS is spoken.
 *
 * @module
 */
import net from "node:net";
import tls from "node:tls";
import { CertificateNames } from "../http/certificate_names.ts";
import { type Endpoint, formatEndpoint } from "../http/endpoint.ts";
import type { ByteConnection, ConnectionListener, IncomingConnection, TlsSession } from "../ports.ts";
import { below } from "./below.ts";
import { lastCall } from "./last_call.ts";
import { BACKLOG, listenError } from "./net.ts";
import { type Ends, SocketConnection } from "./socket_connection.ts";

/** The type of a record that is part of a handshake. */
const HANDSHAKE = 0x16;

/** What a listener needs besides its address. */
export interface TlsOptions {
  /** What it offers by ALPN (RFC 7301), the best one first. Asked for each connection. */
  readonly protocols: () => readonly TlsSession["protocol"][];
  /** Whom to be for the name that a client asks for; "" where it names none. Undefined ends the handshake. */
  readonly identityFor: (serverName: string) => TlsIdentity | Promise<TlsIdentity | undefined> | undefined;
}

/** A certificate with its key, ready for any number of handshakes. */
export class TlsIdentity {
  readonly names: CertificateNames;
  readonly context: tls.SecureContext;

  /**
   * @param certificate PEM, with those that lead to its authority's
   * @param key PEM
   * @param names of its subjectAltName
   * @throws {Error} if they cannot be used together
   */
  constructor(certificate: string, key: string, names: readonly string[]) {
    this.names = new CertificateNames(names);
    // PERF: 1.2 ms, which is as much as a handshake.
    this.context = tls.createSecureContext({ cert: certificate, key, minVersion: "TLSv1.2" });
  }
}

/** Listens on an endpoint. @throws {ListenError} */
export async function listenTls(
  endpoint: Endpoint,
  reusePort: boolean,
  options: TlsOptions,
): Promise<ConnectionListener<IncomingConnection>> {
  // What is not allowed is thrown where nobody could catch it.
  if (Deno.permissions.querySync({ name: "net", host: formatEndpoint(endpoint) }).state !== "granted") {
    throw listenError(new Deno.errors.NotCapable(), endpoint);
  }
  const server = net.createServer({ noDelay: true, allowHalfOpen: true });
  const { hostname: host, port } = endpoint;
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host, port, reusePort, backlog: BACKLOG } as net.ListenOptions, () => {
        server.off("error", reject);
        resolve();
      });
    });
  } catch (error) {
    throw listenError(error, endpoint);
  }
  return new TlsListener(server, options);
}

/**
 * Where no descriptor is left the runtime stops to accept for good, and tells nobody. Listening once more has it go on, and
 * changes nothing where it has not stopped: a microsecond, so often, in milliseconds.
 */
const RESUME = 1000;

/** What of a server of node:net has it listen, without a name for it in its types. */
interface ListeningHandle {
  readonly _handle?: { listen?(backlog: number): number } | null;
}

class TlsListener implements ConnectionListener<IncomingConnection> {
  readonly address: { readonly hostname: string; readonly port: number };
  readonly #server: net.Server;
  /** Accepted, and not taken yet. */
  readonly #queue: Incoming[] = [];
  #waiting: ((connection: IncomingConnection | undefined) => void) | undefined;
  #accepted = 0;
  #finishing = false;
  #closed = false;
  readonly #resuming: ReturnType<typeof setInterval>;

  constructor(server: net.Server, options: TlsOptions) {
    this.#server = server;
    this.#resuming = setInterval(() => (server as ListeningHandle)._handle?.listen?.(BACKLOG), RESUME);
    Deno.unrefTimer(this.#resuming);
    const { address, port } = server.address() as net.AddressInfo;
    this.address = { hostname: address, port };
    server.on("connection", (socket) => this.#receive(new Incoming(socket, options)));
    // The listener lives on: what has failed is one accept.
    server.on("error", () => {});
  }

  accept(): Promise<IncomingConnection | undefined> {
    const next = this.#queue.shift();
    if (next !== undefined || this.#closed) return Promise.resolve(next);
    return new Promise((resolve) => this.#waiting = resolve);
  }

  #receive(connection: Incoming): void {
    this.#accepted++;
    if (this.#waiting === undefined) this.#queue.push(connection);
    else {
      this.#waiting(connection);
      this.#waiting = undefined;
    }
  }

  /**
   * The runtime accepts on and on, so hardly anything is queued at the system. Who came before others took over comes
   * within the next turns.
   */
  finish(): void {
    if (this.#finishing) return;
    this.#finishing = true;
    void this.#finishLater();
  }

  async #finishLater(): Promise<void> {
    await lastCall(() => this.#accepted);
    this.close();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#resuming);
    this.#server.close();
    this.#waiting?.(undefined);
  }
}

/** A request begins with a method, or with an empty line (RFC 9112 section 2.2). */
function mayBeHttp(byte: number): boolean {
  return /[A-Za-z\r\n]/.test(String.fromCharCode(byte));
}

/** Owns the socket, and what is made of it. */
class Incoming implements IncomingConnection, Ends {
  readonly remote: Ends["remote"];
  readonly local: Ends["local"];
  #opened: ByteConnection | undefined;
  #fail: ((error: Error) => void) | undefined;

  constructor(readonly raw: net.Socket, readonly options: TlsOptions) {
    this.remote = { hostname: raw.remoteAddress ?? "", port: raw.remotePort ?? 0 };
    this.local = { hostname: raw.localAddress ?? "", port: raw.localPort ?? 0 };
    // What breaks is noticed by whoever reads or writes.
    raw.on("error", () => {});
  }

  open(): Promise<ByteConnection> {
    return new Promise<ByteConnection>((resolve, reject) => {
      const { raw } = this;
      this.#fail = reject;
      const leave = () => reject(new Deno.errors.Interrupted("the peer has left"));
      raw.once("end", leave);
      raw.once("close", leave);
      raw.once("data", (first: Uint8Array) => {
        raw.off("end", leave);
        raw.off("close", leave);
        const isHandshake = first[0] === HANDSHAKE;
        if (!isHandshake && !mayBeHttp(first[0]!)) return reject(new Error("neither TLS nor HTTP"));
        // Until somebody listens for it.
        raw.pause();
        raw.unshift(first);
        if (isHandshake) return this.#shakeHands(resolve, reject);
        resolve(this.#opened = new SocketConnection(raw, this, undefined));
        raw.resume();
      });
    });
  }

  close(): void {
    this.#fail?.(new Deno.errors.Interrupted("closed"));
    this.#opened?.close();
    this.raw.destroy();
  }

  #shakeHands(resolve: (connection: ByteConnection) => void, reject: (error: Error) => void): void {
    const { raw, options } = this;
    let identity: TlsIdentity | undefined, asked = "";
    const socket = new tls.TLSSocket(raw, {
      isServer: true,
      ALPNProtocols: [...options.protocols()],
      SNICallback: (name: string, callback: (error: Error | null, context?: tls.SecureContext) => void) => {
        asked = name.toLowerCase();
        const use = (found: TlsIdentity | undefined) => {
          identity = found;
          if (found === undefined) callback(new Error("no certificate"));
          else callback(null, found.context);
        };
        const found = options.identityFor(asked);
        if (found instanceof Promise) found.then(use, callback);
        else use(found);
      },
    });
    const fail = (error?: Error) => reject(error ?? new Deno.errors.Interrupted("the peer has left"));
    socket.once("error", fail);
    socket.once("close", fail);
    socket.once("secure", () => {
      socket.off("close", fail);
      socket.off("error", fail);
      const session = new Session(asked, socket.alpnProtocol || undefined, identity);
      resolve(this.#opened = new SocketConnection(socket, this, session, below(raw)));
    });
  }
}

class Session implements TlsSession {
  readonly serverName: string | undefined;
  readonly protocol: TlsSession["protocol"];
  readonly #names: CertificateNames | undefined;

  constructor(serverName: string, protocol: string | undefined, identity: TlsIdentity | undefined) {
    this.serverName = serverName === "" ? undefined : serverName;
    this.protocol = protocol === "h2" ? "h2" : "http/1.1";
    this.#names = identity?.names;
  }

  covers(host: string): boolean {
    return this.#names?.covers(host) ?? false;
  }
}

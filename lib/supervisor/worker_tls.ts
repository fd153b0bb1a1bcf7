/**
 * A worker's certificates: which one a client gets by the name that it asks for (SNI, RFC 6066 section 3). They may be
 * replaced at any time, and no connection notices. Loaded only where TLS is spoken.
 *
 * @module
 */
import type { Config } from "../config/types.ts";
import { type Endpoint, endpointKey } from "../http/endpoint.ts";
import type { ConnectionListener, IncomingConnection, TlsSession } from "../ports.ts";
import { clock } from "../runtime/clock.ts";
import { listenTls, TlsIdentity } from "../runtime/tls.ts";
import { VirtualHosts } from "../site/virtual_hosts.ts";
import { isMadeOnDemand, type WorkerCertificate, type WorkerCertificates } from "./certificates.ts";

/** How long a handshake waits for a certificate that is being made, in milliseconds: then it gets its server's. */
const MAKING = 3000;

/** Names whose certificates are kept, and names that are asked for at one time. */
const MOST_NAMES = 1000;

/** Owns the identities of one worker. */
export class WorkerTls {
  #config: Config;
  /** By the key of the endpoint. */
  #endpoints: ReadonlyMap<string, VirtualHosts<TlsIdentity>> = new Map();
  /** PERF: by the text of certificate and key: what has not changed is not made ready again, and keeps its sessions. */
  #ready: ReadonlyMap<string, TlsIdentity> = new Map();
  /** Made on demand, the one that was used last at the end. */
  readonly #named = new Map<string, TlsIdentity>();
  readonly #asked = new Map<
    string,
    { promise: Promise<TlsIdentity | undefined>; give(found?: TlsIdentity): void }
  >();

  /** @param ask has the main thread make a certificate for a name */
  constructor(config: Config, certificates: WorkerCertificates, readonly ask: (name: string) => void) {
    this.#config = config;
    this.update(config, certificates);
  }

  /** Goes over to other certificates. @param config the one that they are for */
  update(config: Config, { servers }: WorkerCertificates): void {
    const ready = new Map<string, TlsIdentity>();
    const endpoints = new Map<string, VirtualHosts<TlsIdentity>>();
    for (const [index, server] of config.servers.entries()) {
      const certificate = servers[index];
      if (certificate === undefined) continue;
      const key = certificate.certificate + certificate.key;
      const identity = ready.get(key) ?? this.#ready.get(key) ?? identityOf(certificate);
      ready.set(key, identity);
      for (const endpoint of server.listen) {
        const hosts = endpoints.get(endpointKey(endpoint)) ?? new VirtualHosts(identity);
        endpoints.set(endpointKey(endpoint), hosts);
        for (const name of server.serverName) hosts.add(name, identity);
      }
    }
    this.#config = config;
    this.#endpoints = endpoints;
    this.#ready = ready;
  }

  /** A certificate that was asked for, or a newer one for the same name. @param certificate undefined: there is none */
  receive(name: string, certificate: WorkerCertificate | undefined): void {
    const identity = certificate && identityOf(certificate);
    if (identity !== undefined) this.#keep(name, identity);
    this.#asked.get(name)?.give(identity);
  }

  /** @throws {ListenError} */
  listen(
    endpoint: Endpoint,
    reusePort: boolean,
    protocols: () => readonly TlsSession["protocol"][],
  ): Promise<ConnectionListener<IncomingConnection>> {
    const key = endpointKey(endpoint);
    return listenTls(endpoint, reusePort, {
      protocols,
      identityFor: (name) => this.#identityFor(key, name),
    });
  }

  #identityFor(endpoint: string, name: string): TlsIdentity | Promise<TlsIdentity | undefined> | undefined {
    const identity = this.#endpoints.get(endpoint)?.find(name);
    if (identity === undefined || identity.names.covers(name) || !isMadeOnDemand(this.#config, name)) {
      return identity;
    }
    const made = this.#named.get(name);
    if (made !== undefined) {
      this.#keep(name, made);
      return made;
    }
    return this.#askFor(name).then((found) => found ?? identity);
  }

  #askFor(name: string): Promise<TlsIdentity | undefined> {
    const asked = this.#asked.get(name);
    if (asked !== undefined) return asked.promise;
    if (this.#asked.size >= MOST_NAMES) return Promise.resolve(undefined);
    const { promise, resolve } = Promise.withResolvers<TlsIdentity | undefined>();
    const give = (found?: TlsIdentity) => {
      cancel();
      this.#asked.delete(name);
      resolve(found);
    };
    const cancel = clock.after(MAKING, give);
    this.#asked.set(name, { promise, give });
    this.ask(name);
    return promise;
  }

  #keep(name: string, identity: TlsIdentity): void {
    this.#named.delete(name);
    this.#named.set(name, identity);
    if (this.#named.size <= MOST_NAMES) return;
    const [oldest] = this.#named.keys();
    this.#named.delete(oldest!);
  }
}

function identityOf({ certificate, key, names }: WorkerCertificate): TlsIdentity {
  return new TlsIdentity(certificate, key, names);
}

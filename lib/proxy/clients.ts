/**
 * Clients of the servers that are asked in our own name, each with the connections that it keeps.
 *
 * @module
 */
import type { HttpClient } from "../http/http_client.ts";
import { upstreamUrl } from "../http/upstream_url.ts";
import { UpstreamClient } from "./client.ts";
import type { ProxyPorts } from "./proxy.ts";
import type { Server } from "./route.ts";
import { Upstream } from "./upstream.ts";

/** Of one configuration, in one thread. Owns the connections that no request has. */
export class UpstreamClients {
  readonly #clients = new Map<string, UpstreamClient>();
  #isStopped = false;

  constructor(readonly ports: ProxyPorts) {}

  /**
   * The client of a server: the same one for the same server. How many there are is for the configuration to say.
   *
   * @param verify the server's certificate has to be one that is believed
   */
  of(server: Server, verify: boolean): HttpClient {
    const key = `${upstreamUrl(server)} ${verify}`;
    let client = this.#clients.get(key);
    if (client === undefined) {
      const upstream = new Upstream(server, verify, this.ports);
      if (this.#isStopped) upstream.stop();
      client = new UpstreamClient(upstream, this.ports);
      this.#clients.set(key, client);
    }
    return client;
  }

  /** Closes what nobody uses; what is used is closed when it is given back. */
  stop(): void {
    this.#isStopped = true;
    for (const { upstream } of this.#clients.values()) upstream.stop();
  }
}

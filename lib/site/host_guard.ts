/**
 * Keeps pages of other names away from addresses that only this machine can reach. A page that somebody visits may have
 * its own name lead to 127.0.0.1 (DNS rebinding): then its requests come here, and to the browser they are of one origin
 * with it, so that it may read, store and delete. What gives them away is Host: it has the page's name.
 *
 * @module
 */
import { HttpError } from "../http/errors.ts";
import { isAddress } from "../http/host.ts";
import type { Request } from "../http/message.ts";
import { VirtualHosts } from "./virtual_hosts.ts";

/** The names that one address answers to: nobody else can have them lead here. */
export class HostGuard {
  readonly #names = new VirtualHosts(false);
  /** PERF: nearly all requests name the host that the one before them named. */
  #last = "";

  constructor() {
    // RFC 6761 section 6.3: no resolver may have them lead elsewhere.
    this.allow("localhost");
    this.allow("*.localhost");
  }

  /** @param name as VirtualHosts.add() takes it */
  allow(name: string): void {
    this.#names.add(name, true);
  }

  /** The answer to a request that is for somebody else; undefined for one that may go on. */
  refuse({ host, form }: Request): HttpError | undefined {
    if (host === this.#last) return undefined;
    // No browser leaves out the host, and none sends CONNECT here, which names another server by its nature.
    if (host === "" || form === "authority") return undefined;
    if (!isAddress(host) && !this.#names.find(host)) return misdirected(host);
    this.#last = host;
    return undefined;
  }
}

/** RFC 9110 section 15.5.20. */
function misdirected(host: string): HttpError {
  const advice = /^\w(?:[\w.-]*\w)?$/.test(host)
    ? `If ${host} is meant to lead here, add this line to webserv.yaml: allowed_hosts: ["${host}"] ` +
      `(or start with --allow-host ${host}).`
    : 'If every name is meant to lead here, add this line to webserv.yaml: allowed_hosts: "*"';
  return new HttpError(421, `The host ${host} is none of this address`, { advice });
}

/**
 * The local authority as a start has it: opened when the first server needs it, with what is to be said of it.
 *
 * @module
 */
import { hasLocalCertificate } from "../config/places.ts";
import type { Config } from "../config/types.ts";
import { type Endpoint, endpointUrl } from "../http/endpoint.ts";
import { addressesForPhones, isWithin, LOCAL_NETWORKS } from "../http/local_names.ts";
import type { LocalAuthority } from "../supervisor/local_certificates.ts";
import { isAll } from "./addresses.ts";

/** Opens the authority, once at most. */
export class OwnAuthority {
  #opened: LocalAuthority | undefined;
  #isTrusted = true;
  #isTold = false;

  /** @throws {CertificateError} */
  readonly open = async (): Promise<LocalAuthority> => {
    // PERF: nothing of certificates is loaded where no server needs one.
    const { openLocalCertificates } = await import("../supervisor/local_certificates.ts");
    const { isInSystemStore } = await import("../runtime/trust_system.ts");
    const { fileNameOf } = await import("../trust/steps.ts");
    const local = await openLocalCertificates();
    const { files, caPem, authority: { description: { fingerprint } } } = local;
    this.#isTrusted = files.installed === fingerprint || isInSystemStore(fileNameOf(fingerprint), caPem);
    return this.#opened = local;
  };

  /**
   * What whoever starts the server is to know of it, once.
   *
   * @param config what is being served, every port known
   * @param own addresses by which others reach this machine
   */
  notes(config: Config, own: readonly string[]): string[] {
    if (this.#opened === undefined || this.#isTold) return [];
    this.#isTold = true;
    const { notice } = this.#opened, open = openEndpoint(config), phone = phoneUrl(open, own);
    const renewed = notice === undefined ? [] : [notice];
    const foreign = open === undefined ? [] : own.filter((address) => !isWithin(address, [], LOCAL_NETWORKS));
    if (foreign.length > 0) {
      renewed.push(
        `no certificate of the local authority is for ${foreign.join(", ")}: that is no local address`,
      );
    }
    const untrusted =
      "browsers of this machine do not trust its certificate yet: webserv trust has them do so";
    if (phone === undefined) return this.#isTrusted ? renewed : [...renewed, untrusted];
    const page = `phones learn to trust it at ${phone}`;
    return [...renewed, this.#isTrusted ? page : `${untrusted}; ${page}`];
  }
}

/** An address that speaks TLS with a local certificate, and that other machines reach; undefined where there is none. */
function openEndpoint({ servers }: Config): Endpoint | undefined {
  return servers.filter(hasLocalCertificate).flatMap(({ listen }) => listen)
    .find((endpoint) => endpoint.tls && isAll(endpoint));
}

/** Where a phone finds the page that says what is to be done; undefined where none reaches a server. */
function phoneUrl(open: Endpoint | undefined, own: readonly string[]): string | undefined {
  if (open === undefined) return undefined;
  const hostname = addressesForPhones(own, open.hostname)[0];
  if (hostname === undefined) return undefined;
  return new URL(".webserv/ca", endpointUrl({ ...open, tls: false, hostname })).href;
}

/**
 * Which hosts a certificate is for (RFC 9525 section 6.3, RFC 9110 section 4.3.4): the names and addresses of its
 * subjectAltName, and nothing else of it.
 *
 * @module
 */
import { isAddress } from "./host.ts";

/** The hosts of one certificate. */
export class CertificateNames {
  readonly #exact: ReadonlySet<string>;
  /** By what follows the asterisk, its dot included. */
  readonly #wildcards: ReadonlySet<string>;

  /** @param names DNS names, and IP addresses in their normal form, without brackets */
  constructor(readonly names: readonly string[]) {
    const lower = names.map((name) => name.toLowerCase());
    this.#exact = new Set(lower.filter((name) => !name.startsWith("*.")));
    this.#wildcards = new Set(lower.filter((name) => name.startsWith("*.")).map((name) => name.slice(1)));
  }

  /** An asterisk stands for one label exactly. @param host as Host.host has it */
  covers(host: string): boolean {
    if (this.#exact.has(host)) return true;
    if (this.#wildcards.size === 0 || isAddress(host)) return false;
    const dot = host.indexOf(".");
    return dot > 0 && this.#wildcards.has(host.slice(dot));
  }
}

/**
 * Which site a host names, and what a site's host is called.
 *
 * @module
 */
import { isLabel } from "../config/host_label.ts";
import { isAddress } from "../http/host.ts";

/** The names that a server with sites goes by. */
export class SiteNames {
  readonly #exact: ReadonlySet<string>;
  /** What stands behind `*.`. */
  readonly #domains: readonly string[];

  /** @param serverNames as the configuration has them */
  constructor(serverNames: readonly string[]) {
    this.#domains = serverNames.filter((name) => name.startsWith("*.")).map((name) => name.slice(2));
    this.#exact = new Set(serverNames.filter((name) => name.includes(".") && !this.#domains.includes(name)));
  }

  /**
   * The label of a host: the folder's name. Empty for a name that no folder can have; undefined where the host is none of
   * a site: an address, the name that all sites are below, or somebody else's.
   */
  labelOf(host: string): string | undefined {
    if (isAddress(host) || this.#domains.includes(host)) return undefined;
    if (!this.#exact.has(host) && !this.#domains.some((domain) => host.endsWith(`.${domain}`))) {
      return undefined;
    }
    const label = host.slice(0, host.indexOf("."));
    return isLabel(label) ? label : "";
  }

  /** What the names of sites end with, for whoever has asked for a host; undefined where there is no such name. */
  domainFor(host: string): string | undefined {
    if (this.#domains.includes(host)) return host;
    return this.#domains.find((domain) => domain === "localhost") ?? this.#domains[0];
  }
}

/**
 * Which virtual host a request means, by nginx's rules: the exact name, else the longest wildcard, else the first
 * server of the address. It costs the same with one name or ten thousand.
 *
 * @module
 */

/** The virtual hosts of one address. */
export class VirtualHosts<T> {
  readonly #exact = new Map<string, T>();
  /** By what follows the asterisk, its dot included. */
  readonly #wildcards = new Map<string, T>();

  /** @param fallback where no name matches */
  constructor(readonly fallback: T) {}

  /** @param name in lower case; `*.` at its start stands for any labels. The first of equal names wins. */
  add(name: string, host: T): void {
    const [table, key] = name.startsWith("*.") ? [this.#wildcards, name.slice(1)] : [this.#exact, name];
    if (!table.has(key)) table.set(key, host);
  }

  /** @param name in lower case, without port and trailing dot */
  find(name: string): T {
    const exact = this.#exact.get(name);
    if (exact !== undefined) return exact;
    if (this.#wildcards.size === 0) return this.fallback;
    // From the left, so that the longest suffix comes first. An asterisk stands for one label at least.
    for (let dot = name.indexOf(".", 1); dot > 0; dot = name.indexOf(".", dot + 1)) {
      const found = this.#wildcards.get(name.slice(dot));
      if (found !== undefined) return found;
    }
    return this.fallback;
  }
}

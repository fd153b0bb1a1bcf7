/**
 * The fields of a message in the order in which they came (RFC 9110 section 5). Names compare without case; values
 * are ISO 8859-1 text, one character a byte.
 *
 * @module
 */

/** A read-only list of field lines. */
export class Fields {
  /**
   * @param names as they were sent
   * @param values without the white space around them
   */
  constructor(readonly names: readonly string[], readonly values: readonly string[]) {}

  static readonly EMPTY: Fields = new Fields([], []);

  static from(pairs: readonly (readonly [string, string])[]): Fields {
    return new Fields(pairs.map(([name]) => name), pairs.map(([, value]) => value));
  }

  /** The first value of a field, its name given in lower case. */
  get(name: string): string | undefined {
    const index = this.#indexOf(name, 0);
    return index < 0 ? undefined : this.values[index];
  }

  /** All values of a field that may be sent as several lines, joined by ", " as in RFC 9110 section 5.3. */
  getList(name: string): string | undefined {
    let index = this.#indexOf(name, 0);
    if (index < 0) return undefined;
    let joined = this.values[index]!;
    while ((index = this.#indexOf(name, index + 1)) >= 0) joined += ", " + this.values[index]!;
    return joined;
  }

  /** The same list with this value for the first line of this name, or with a line more. */
  with(name: string, value: string): Fields {
    const index = this.#indexOf(name.toLowerCase(), 0);
    return index < 0
      ? new Fields([...this.names, name], [...this.values, value])
      : new Fields(this.names, this.values.with(index, value));
  }

  has(name: string): boolean {
    return this.#indexOf(name, 0) >= 0;
  }

  // PERF: lengths differ for nearly all names, so hardly any name is ever folded to lower case.
  #indexOf(name: string, from: number): number {
    const names = this.names;
    for (let i = from; i < names.length; i++) {
      const candidate = names[i]!;
      if (candidate.length === name.length && (candidate === name || candidate.toLowerCase() === name)) {
        return i;
      }
    }
    return -1;
  }
}

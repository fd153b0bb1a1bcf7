/**
 * Which location a path falls into: an exact one, else the longest prefix that ends where a segment ends. The cost
 * grows with the depth of the path, not with the number of locations.
 *
 * @module
 */
import type { DiskNames } from "../ports.ts";

/** The locations of one server. */
export class LocationTable<T> {
  readonly #exact = new Map<string, T>();
  readonly #prefixes = new Map<string, T>();
  /** `/a` for a location `/a/`, unless `/a` is a location of its own. */
  readonly #bare = new Map<string, T>();
  /** Characters of the longest prefix. PERF: no end of a segment behind them can be one's. */
  #longest = 0;

  /** @param fallback where no location matches */
  constructor(readonly fallback: T) {}

  add(match: "exact" | "prefix", path: string, location: T): void {
    if (match === "exact") {
      this.#exact.set(path, location);
      return;
    }
    this.#prefixes.set(path, location);
    this.#longest = Math.max(this.#longest, path.length);
    if (path.endsWith("/") && path !== "/") this.#bare.set(path.slice(0, -1), location);
  }

  /**
   * The location of whatever is below a folder, as far as that alone tells: no exact one, and none that goes deeper.
   *
   * @param folder decoded and normalised, without a slash at the end; empty for the root
   */
  findBelow(folder: string): T {
    // No location has it: the configuration refuses NUL.
    return this.find(`${folder}/\0`);
  }

  /** Those that begin below a path, with theirs. @param path with a slash at its end */
  *below(path: string): Iterable<readonly [string, T]> {
    for (const table of [this.#exact, this.#prefixes]) {
      for (const entry of table) if (entry[0].startsWith(path)) yield entry;
    }
  }

  /**
   * The location of a path; `/a` falls into `/a/` where nothing else takes it.
   *
   * @param path decoded and normalised, begins with a slash
   */
  find(path: string): T {
    if (this.#exact.size > 0) {
      const exact = this.#exact.get(path);
      if (exact !== undefined) return exact;
    }
    if (this.#prefixes.size === 0) return this.fallback;
    const whole = this.#prefixes.get(path) ?? this.#bare.get(path);
    if (whole !== undefined) return whole;
    for (
      let slash = path.lastIndexOf("/", this.#longest);
      slash >= 0;
      slash = path.lastIndexOf("/", slash - 1)
    ) {
      const found = this.#prefixes.get(path.slice(0, slash + 1)) ?? this.#prefixes.get(path.slice(0, slash));
      if (found !== undefined) return found;
      if (slash === 0) break;
    }
    return this.fallback;
  }
}

/**
 * The same where disks take several names for one. SECURITY: what `/private/` demands must hold for `/PRIVATE/` too, where
 * that leads to the same files: a path that would be in another location if case did not count is in none.
 */
export class SpelledLocationTable<T> extends LocationTable<T> {
  readonly #names: DiskNames;
  readonly #folded: LocationTable<T>;
  readonly #misspelt: (location: T) => T;
  /** One for each: whoever has found the same location twice compares them. */
  readonly #none = new Map<T, T>();

  /** @param misspelt makes of a location one that has nothing, but for whom the same is demanded */
  constructor(fallback: T, names: DiskNames, misspelt: (location: T) => T) {
    super(fallback);
    this.#names = names;
    this.#folded = new LocationTable(fallback);
    this.#misspelt = misspelt;
  }

  override add(match: "exact" | "prefix", path: string, location: T): void {
    super.add(match, path, location);
    this.#folded.add(match, this.#names.fold(path), location);
  }

  /** As they are written, whose files lie where those say. */
  override *below(path: string): Iterable<readonly [string, T]> {
    const folded = this.#names.fold(path);
    for (const entry of super.below("")) if (this.#names.fold(entry[0]).startsWith(folded)) yield entry;
  }

  override find(path: string): T {
    const written = super.find(path), folded = this.#folded.find(this.#names.fold(path));
    if (written === folded) return written;
    let none = this.#none.get(folded);
    if (none === undefined) this.#none.set(folded, none = this.#misspelt(folded));
    return none;
  }
}

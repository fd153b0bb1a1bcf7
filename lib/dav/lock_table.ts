/**
 * Who has locked what (RFC 4918 sections 6 and 7), and who is writing at the moment. A path is the real place of
 * something in a store; what lies below another has that one's path and a slash at its beginning. A write takes a lease,
 * which is refused where a lock holds that whoever writes has not named; a lock is granted at once, but is only good
 * when the leases under it have ended. Nothing here waits.
 *
 * @module
 */

/** A lock. */
export interface Lock {
  /** A URI that no other lock has ever had. */
  readonly token: string;
  /** Where it lies. */
  readonly path: string;
  /** The path of the URL that was locked. */
  readonly url: string;
  readonly scope: "exclusive" | "shared";
  /** False: what is below is not locked. */
  readonly isDeep: boolean;
  /** What the client says of itself: an element, as text. */
  readonly owner: string;
  /** Who has logged in to lock it; undefined: nobody had to. */
  readonly user: string | undefined;
  /** Milliseconds of a clock that never goes back. */
  readonly expires: number;
}

/** What is wanted of a lock. */
export type WantedLock = Omit<Lock, "token" | "expires">;

/**
 * What a write changes: the content and the properties at a path; or its name as well, and so what is above it has
 * another member; or all of that for everything below it, too.
 */
export interface Write {
  readonly path: string;
  readonly kind: "content" | "member" | "tree";
}

/** A write that has begun. */
export interface Lease {
  readonly writes: readonly Write[];
  /** Which worker has it. */
  readonly worker: number;
  /** Milliseconds of a clock that never goes back. */
  readonly begun: number;
}

/** Locks of all, at most: beyond that no more are granted. */
export const MOST_LOCKS = 10_000;

/** Leases of all, at most. */
export const MOST_LEASES = 10_000;

/** How long a write takes at most, in milliseconds: what is older has been forgotten by whoever has begun it. */
const LONGEST_WRITE = 3_600_000;

/** Characters of all locks, and of all leases, at most: whoever may write may name long paths. */
export const MOST_CHARACTERS = 8 * 1024 * 1024;

/** The path of what has a path in it; undefined for what has none above it. */
export function parentOf(path: string): string | undefined {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? undefined : path.slice(0, slash);
}

/** Pure but for the clock that it is given. */
export class LockTable {
  readonly #byPath = new Map<string, Lock[]>();
  readonly #byToken = new Map<string, Lock>();
  readonly #leases = new Map<number, Lease>();
  #begun = 0;
  /** Of locks, and of leases. */
  #lockCharacters = 0;
  #leaseCharacters = 0;

  /** @param now milliseconds that never go back */
  constructor(readonly now: () => number) {}

  get size(): number {
    return this.#byToken.size;
  }

  /** The locks that hold at a path: those on it, and deep ones above it. */
  covering(path: string): Lock[] {
    const found: Lock[] = [];
    for (let at: string | undefined = path; at !== undefined; at = parentOf(at)) {
      for (const lock of this.#at(at)) if (at === path || lock.isDeep) found.push(lock);
    }
    return found;
  }

  /** The locks on what is below a path. */
  below(path: string): Lock[] {
    this.#dropOld();
    return [...this.#byToken.values()].filter((lock) => lock.path.startsWith(`${path}/`));
  }

  /** Those on what is right below a path. */
  members(path: string): Lock[] {
    return this.below(path).filter((lock) => parentOf(lock.path) === path);
  }

  /**
   * Grants a lock.
   *
   * @returns the locks that forbid it; undefined where there are too many
   */
  grant(wanted: WantedLock, token: string, seconds: number): Lock | readonly Lock[] | undefined {
    const others = [...this.covering(wanted.path), ...wanted.isDeep ? this.below(wanted.path) : []];
    const inTheWay = others.filter(({ scope }) => scope === "exclusive" || wanted.scope === "exclusive");
    if (inTheWay.length > 0) return inTheWay;
    this.#dropOld();
    if (this.#byToken.size >= MOST_LOCKS) return undefined;
    if (this.#lockCharacters + charactersOf(wanted) > MOST_CHARACTERS) return undefined;
    const lock: Lock = { ...wanted, token, expires: this.now() + seconds * 1000 };
    this.#keep(lock);
    return lock;
  }

  /** Has a lock hold for so long from now on; undefined if it is none that holds at the path, or another's. */
  refresh(
    path: string,
    tokens: ReadonlySet<string>,
    user: string | undefined,
    seconds: number,
  ): Lock | undefined {
    const found = this.covering(path).find((lock) => tokens.has(lock.token) && lock.user === user);
    if (found === undefined) return undefined;
    this.#drop(found);
    const lock: Lock = { ...found, expires: this.now() + seconds * 1000 };
    this.#keep(lock);
    return lock;
  }

  /** Ends a lock: by whoever has it, at any path where it holds. */
  release(path: string, token: string, user: string | undefined): "done" | "none" | "another's" {
    const found = this.covering(path).find((lock) => lock.token === token);
    if (found === undefined) return "none";
    if (found.user !== user) return "another's";
    this.#drop(found);
    return "done";
  }

  /** Ends a lock that has just been granted, and is not good after all. */
  takeBack({ token }: Lock): void {
    const lock = this.#byToken.get(token);
    if (lock !== undefined) this.#drop(lock);
  }

  /** What is at a path, or only what is below it, is not there any more. */
  gone(path: string, itself: boolean): void {
    if (itself) { for (const lock of [...this.#at(path)]) this.#drop(lock); }
    for (const lock of this.below(path)) this.#drop(lock);
  }

  /** Locks that forbid writes to whoever names these tokens: for each place one. */
  forbidding(writes: readonly Write[], tokens: ReadonlySet<string>, user: string | undefined): Lock[] {
    const found = new Set<Lock>();
    const isNamed = (lock: Lock) => tokens.has(lock.token) && lock.user === user;
    /** Of several shared locks one's token is enough. */
    const look = (locks: readonly Lock[]) => {
      if (locks.length > 0 && !locks.some(isNamed)) found.add(locks[0]!);
    };
    for (const { path, kind } of writes) {
      look(this.covering(path));
      if (kind === "content") continue;
      const parent = parentOf(path);
      if (parent !== undefined) look(this.covering(parent));
      if (kind === "tree") {
        for (const place of new Set(this.below(path).map((lock) => lock.path))) look(this.#at(place));
      }
    }
    return [...found];
  }

  /** Begins writes that nothing forbids: their number, with which they end; undefined where there are too many. */
  begin(writes: readonly Write[], worker: number): number | undefined {
    this.#dropForgotten();
    const characters = sizeOf(writes);
    if (this.#leases.size >= MOST_LEASES) return undefined;
    if (this.#leaseCharacters + characters > MOST_CHARACTERS) return undefined;
    this.#leaseCharacters += characters;
    this.#leases.set(++this.#begun, { writes, worker, begun: this.now() });
    return this.#begun;
  }

  /** @returns false if the worker has no such lease */
  end(lease: number, worker: number): boolean {
    const found = this.#leases.get(lease);
    if (found?.worker !== worker) return false;
    this.#leaseCharacters -= sizeOf(found.writes);
    return this.#leases.delete(lease);
  }

  /** A worker is gone, and with it all who were writing there. */
  endAll(worker: number): void {
    for (const number of [...this.#leases.keys()]) this.end(number, worker);
  }

  /** True if somebody is writing where a lock is to hold. */
  isWrittenUnder({ path, isDeep }: Pick<Lock, "path" | "isDeep">): boolean {
    this.#dropForgotten();
    for (const { writes } of this.#leases.values()) {
      for (const write of writes) {
        if (write.path === path || parentOf(write.path) === path) return true;
        if (isDeep && write.path.startsWith(`${path}/`)) return true;
        if (write.kind === "tree" && path.startsWith(`${write.path}/`)) return true;
      }
    }
    return false;
  }

  #at(path: string): readonly Lock[] {
    const locks = this.#byPath.get(path);
    if (locks === undefined) return [];
    const now = this.now();
    for (const lock of locks.filter(({ expires }) => expires <= now)) this.#drop(lock);
    return this.#byPath.get(path) ?? [];
  }

  /** They stand in the order in which they have begun. */
  #dropForgotten(): void {
    const before = this.now() - LONGEST_WRITE;
    for (const [number, { begun, worker }] of this.#leases) {
      if (begun >= before) return;
      this.end(number, worker);
    }
  }

  #dropOld(): void {
    const now = this.now();
    for (const lock of this.#byToken.values()) if (lock.expires <= now) this.#drop(lock);
  }

  #keep(lock: Lock): void {
    this.#lockCharacters += charactersOf(lock);
    this.#byToken.set(lock.token, lock);
    this.#byPath.set(lock.path, [...this.#byPath.get(lock.path) ?? [], lock]);
  }

  #drop(lock: Lock): void {
    if (this.#byToken.delete(lock.token)) this.#lockCharacters -= charactersOf(lock);
    const left = (this.#byPath.get(lock.path) ?? []).filter(({ token }) => token !== lock.token);
    if (left.length === 0) this.#byPath.delete(lock.path);
    else this.#byPath.set(lock.path, left);
  }
}

function charactersOf({ path, url, owner }: WantedLock): number {
  return path.length + url.length + owner.length;
}

function sizeOf(writes: readonly Write[]): number {
  return writes.reduce((sum, { path }) => sum + path.length, 0);
}

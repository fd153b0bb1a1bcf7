/**
 * The FastCGI servers that this one starts itself. The main thread owns them: they are shared by all workers, and outlive
 * each of them. A pool lives as long as there is a worker whose configuration names it.
 *
 * @module
 */
import { type Pool, ProcessError } from "../ports.ts";
import type { PoolAnswer } from "./messages.ts";
import { type PoolSystem, SpawnedPool } from "./pool.ts";
import { poolName } from "./pool_names.ts";

/** Where pools listen. */
export interface PoolSockets {
  /** The path of the socket of this name. */
  socket(name: string): string;
}

/** The pools that somebody may use, until close(). */
export interface PoolLease {
  /**
   * Has a pool run.
   *
   * @param give is called with where it listens, or why it does not, once
   * @returns false if it is none of them, and nothing is given
   */
  wanted(name: string, give: (answer: PoolAnswer) => void): boolean;
  /** Somebody could not connect to a pool, or a connection broke. @returns false if it is none of them */
  failed(name: string): boolean;
  close(): void;
}

interface Entry {
  readonly pool: SpawnedPool;
  readonly users: Set<(name: string) => void>;
}

/** Owns all pools, until stop(). */
export class SpawnedPools {
  readonly #system: PoolSystem;
  readonly #sockets: PoolSockets;
  readonly #entries = new Map<string, Entry>();
  /** Those that nobody names any more, by their names. */
  readonly #ending = new Map<string, Promise<void>>();

  constructor(system: PoolSystem, sockets: PoolSockets) {
    this.#system = system;
    this.#sockets = sockets;
  }

  /**
   * Has pools kept for somebody.
   *
   * @param onGone is told of each that accepted connections and does so no more
   */
  open(pools: readonly Pool[], onGone: (name: string) => void = () => {}): PoolLease {
    // The same function may have been given before.
    const user = (name: string) => onGone(name);
    const own = new Map(pools.map((pool) => [poolName(pool), pool]));
    for (const [name, pool] of own) this.#entry(name, pool).users.add(user);
    let isOpen = true;
    const find = (name: string) => isOpen && own.has(name) ? this.#entries.get(name)?.pool : undefined;
    return {
      wanted: (name, give) => {
        const pool = find(name);
        if (pool !== undefined) void answerOf(pool, own.get(name)!).then(give);
        return pool !== undefined;
      },
      failed: (name) => {
        const pool = find(name);
        pool?.failed();
        return pool !== undefined;
      },
      close: () => {
        isOpen = false;
        for (const name of own.keys()) this.#leave(name, user);
      },
    };
  }

  /** Ends all of them. Resolves when they are gone. */
  async stop(): Promise<void> {
    for (const name of [...this.#entries.keys()]) this.#end(name);
    await Promise.all(this.#ending.values());
  }

  #entry(name: string, pool: Pool): Entry {
    const known = this.#entries.get(name);
    if (known !== undefined) return known;
    const users = new Set<(name: string) => void>();
    const entry = {
      users,
      pool: new SpawnedPool(
        pool,
        this.#sockets.socket(name),
        this.#system,
        () => users.forEach((user) => user(name)),
        this.#ending.get(name) ?? Promise.resolve(),
      ),
    };
    this.#entries.set(name, entry);
    return entry;
  }

  #leave(name: string, user: (name: string) => void): void {
    const entry = this.#entries.get(name);
    if (entry?.users.delete(user) && entry.users.size === 0) this.#end(name);
  }

  #end(name: string): void {
    const { pool } = this.#entries.get(name)!;
    this.#entries.delete(name);
    const before = this.#ending.get(name) ?? Promise.resolve();
    const ended: Promise<void> = Promise.all([before, pool.end()]).then(() => {
      if (this.#ending.get(name) === ended) this.#ending.delete(name);
    });
    this.#ending.set(name, ended);
  }
}

async function answerOf(pool: SpawnedPool, { command }: Pool): Promise<PoolAnswer> {
  try {
    return { path: await pool.ready() };
  } catch (error) {
    if (!(error instanceof ProcessError)) throw error;
    const why = error.cause instanceof Error ? error.cause.message : "";
    return { problem: error.problem, program: command[0]!, why };
  }
}

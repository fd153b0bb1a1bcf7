/**
 * What the main thread has where a configuration has FastCGI servers started: a place for their sockets, a registry of
 * their process groups, and the pools themselves.
 *
 * @module
 */
import { spawnedPools } from "../config/places.ts";
import type { Config } from "../config/types.ts";
import type { ErrorLog, Pool } from "../ports.ts";
import { clock } from "../runtime/clock.ts";
import { MARK_VARIABLE } from "../runtime/orphan_guard.ts";
import { listens, PoolPlace } from "../runtime/pool_folder.ts";
import { type GroupRegistry, type ProcessGroups, SharedGroups } from "../runtime/process_groups.ts";
import { processRunner } from "../runtime/processes.ts";
import { poolName } from "./pool_names.ts";
import { type PoolLease, SpawnedPools } from "./pools.ts";
import type { SystemInfo } from "./system_info.ts";

/** What it works with. */
export interface PoolKeeperOptions {
  readonly system: Pick<SystemInfo, "poolFolder" | "findProgram" | "searchPath">;
  readonly groups: ProcessGroups;
  /** That of the configuration which is served just now. */
  readonly errorLog: () => ErrorLog;
  /** What says that they are this server's. */
  readonly software: () => string;
}

/** Owns all of it, until stop(). */
export class PoolKeeper {
  readonly #place: PoolPlace;
  readonly #pools: SpawnedPools;
  readonly #closeGroups: () => void;
  /** Of the configuration which is served: a worker that died and is replaced ends no pool. */
  #kept: PoolLease | undefined;

  private constructor(place: PoolPlace, { system, groups, errorLog, software }: PoolKeeperOptions) {
    this.#place = place;
    const { registry, close } = registryIn(groups);
    this.#closeGroups = close;
    this.#pools = new SpawnedPools({
      // A launcher would have to be allowed; the runtime's own way to a group is dear, but that is paid once for a pool.
      runner: processRunner({}, registry),
      clock,
      errorLog,
      findProgram: system.findProgram,
      environment: () => ({ PATH: system.searchPath, [MARK_VARIABLE]: software() }),
      clear: (socket) => place.clear(socket),
      listens,
    }, place);
    addEventListener("unload", this.#atEnd);
  }

  /** @throws {FileError} by rejecting, where there is no place for sockets */
  static async start(options: PoolKeeperOptions): Promise<PoolKeeper> {
    return new PoolKeeper(await PoolPlace.take(options.system.poolFolder), options);
  }

  /** Where a pool listens when it runs. @throws {FileError} if no socket can have that path */
  socketOf(pool: Pool): string {
    return this.#place.socket(poolName(pool));
  }

  /** The pools of a configuration, for a worker. @param onGone is told of each that accepts connections no more */
  open(config: Config, onGone: (name: string) => void): PoolLease {
    return this.#pools.open(spawnedPools(config), onGone);
  }

  /** A configuration is served from now on: what others named, and no worker uses any more, is ended. */
  keep(config: Config): void {
    const before = this.#kept;
    this.#kept = this.#pools.open(spawnedPools(config));
    before?.close();
  }

  /** Ends all pools: nobody uses them any more. */
  async stop(): Promise<void> {
    await this.#pools.stop();
    this.#closeGroups();
    this.#atEnd();
  }

  readonly #atEnd = (): void => {
    removeEventListener("unload", this.#atEnd);
    this.#place.release();
  };
}

/** The main thread's own programs among the groups that it looks after. */
function registryIn(groups: ProcessGroups): { readonly registry: GroupRegistry; readonly close: () => void } {
  const own = groups.open(), shared = new SharedGroups(own.memory, own);
  const registry: GroupRegistry = {
    started(pid) {
      shared.started(pid);
      // What it starts in turn is known by its own beginning.
      own.look();
    },
    ended: (pid, name) => shared.ended(pid, name),
    kill: (pid) => shared.kill(pid),
  };
  return { registry, close: own.close };
}

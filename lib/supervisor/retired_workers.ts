/**
 * Workers of earlier configurations, which answer what they were asked, and keep tunnels, downloads and event streams
 * until those end by themselves. Each worker holds memory, so time and number are bounded.
 *
 * @module
 */
import type { Shutdown } from "../config/value_types.ts";
import type { ErrorLog } from "../ports.ts";
import type { WorkerHandle } from "./worker_handle.ts";

/** What is asked of them. */
export type Retiring = Pick<WorkerHandle, "retire" | "windDown" | "stop" | "terminate" | "gone">;

/** How many there may be. */
export interface RetiredBounds {
  /** Reloads whose workers keep idle connections for one more request; earlier ones live for what is running alone. */
  readonly reloads: number;
  /** Workers of these that live on: of more, the oldest have timeouts.shutdown. */
  readonly workers: number;
  /** Reloads whose workers may be ending at a time: of more, the oldest are cut. */
  readonly ending: number;
}

/** A worker that has little to do takes some 17 MB. */
export const RETIRED_BOUNDS: RetiredBounds = { reloads: 3, workers: 16, ending: 1 };

/** What a timer can wait for at most, in milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** The workers that one reload has retired, and that are not gone. */
interface Generation<W> {
  readonly workers: Set<W>;
  timer?: ReturnType<typeof setTimeout>;
}

/** Those of one supervisor. */
export class RetiredWorkers<W extends Retiring = WorkerHandle> {
  readonly #shutdown: () => Shutdown;
  readonly #log: () => ErrorLog;
  readonly #bounds: RetiredBounds;
  /** The oldest first; one that has been emptied is in none. */
  #recent: Generation<W>[] = [];
  #lasting: Generation<W>[] = [];
  #ending: Generation<W>[] = [];
  #isStopped = false;

  /**
   * @param shutdown of the configuration that is served
   * @param log the same
   */
  constructor(shutdown: () => Shutdown, log: () => ErrorLog, bounds: RetiredBounds = RETIRED_BOUNDS) {
    this.#shutdown = shutdown;
    this.#log = log;
    this.#bounds = bounds;
  }

  /** None of them is gone. */
  get all(): W[] {
    return [...this.#recent, ...this.#lasting, ...this.#ending].flatMap(({ workers }) => [...workers]);
  }

  /** Retires workers, none of which is gone. The promises resolve when they accept no more connections. */
  add(workers: readonly W[]): Promise<void>[] {
    const closed = workers.map((worker) => worker.retire()), known = this.all;
    const generation: Generation<W> = {
      workers: new Set(workers.filter((worker) => !known.includes(worker))),
    };
    if (generation.workers.size > 0) this.#begin(generation);
    // What has nothing to do any more is gone before the next reload, and does not count.
    void Promise.all(closed).then(() => this.#bound());
    return closed;
  }

  /** Whoever stops the server sees to them from now on. */
  stop(): void {
    this.#isStopped = true;
    for (const { timer } of [...this.#recent, ...this.#lasting]) clearTimeout(timer);
  }

  #begin(generation: Generation<W>): void {
    this.#recent.push(generation);
    const { tunnels } = this.#shutdown();
    generation.timer = setTimeout(
      () => this.#end(generation, `what was running at a reload ${tunnels / 1000} s ago still runs`),
      Math.min(tunnels, LONGEST_TIMER),
    );
    for (const worker of generation.workers) {
      void worker.gone.then(() => {
        generation.workers.delete(worker);
        if (generation.workers.size === 0) this.#forget(generation);
      });
    }
  }

  #forget(generation: Generation<W>): void {
    clearTimeout(generation.timer);
    const isOther = (other: Generation<W>) => other !== generation;
    this.#recent = this.#recent.filter(isOther);
    this.#lasting = this.#lasting.filter(isOther);
    this.#ending = this.#ending.filter(isOther);
  }

  #bound(): void {
    if (this.#isStopped) return;
    while (this.#recent.length > this.#bounds.reloads) {
      const oldest = this.#recent.shift()!;
      this.#lasting.push(oldest);
      for (const worker of oldest.workers) worker.windDown();
    }
    const count = () => this.#lasting.reduce((sum, { workers }) => sum + workers.size, 0);
    while (count() > this.#bounds.workers) {
      this.#end(this.#lasting[0]!, "what was running many reloads ago still runs");
    }
  }

  /** They have timeouts.shutdown. */
  #end(generation: Generation<W>, why: string): void {
    if (this.#isStopped) return;
    const { requests } = this.#shutdown();
    this.#forget(generation);
    this.#ending.push(generation);
    this.#log().warning(`${why}: it has ${requests} ms to end`);
    for (const worker of generation.workers) void worker.stop(requests);
    while (this.#ending.length > this.#bounds.ending) {
      this.#log().warning("requests were cut, since one reload follows the other");
      // They forget themselves in a later turn.
      this.#ending.shift()!.workers.forEach((worker) => worker.terminate());
    }
  }
}

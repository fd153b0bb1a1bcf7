/**
 * The pools of FastCGI servers as a worker sees them: it asks the main thread, which owns them, where one listens, and
 * remembers that until it hears otherwise.
 *
 * @module
 */
import { type Pool, type Pools, ProcessError, type UpstreamAddress } from "../ports.ts";
import type { PoolAnswer } from "./messages.ts";
import { poolName } from "./pool_names.ts";

/** What the main thread is asked for. */
export interface PoolQuestions {
  /** Answered once for each time that it is asked. */
  wanted(name: string): void;
  failed(name: string): void;
}

/** One worker's. */
export class WorkerPools implements Pools {
  readonly #ask: PoolQuestions;
  readonly #known = new Map<string, UpstreamAddress>();
  readonly #waiting = new Map<string, PromiseWithResolvers<UpstreamAddress>>();
  #isClosed = false;
  /** PERF: a request asks each time. */
  readonly #names = new WeakMap<Pool, string>();

  constructor(ask: PoolQuestions) {
    this.#ask = ask;
  }

  address(pool: Pool): Promise<UpstreamAddress> {
    const name = this.#nameOf(pool), known = this.#known.get(name);
    if (known !== undefined) return Promise.resolve(known);
    const waiting = this.#waiting.get(name);
    if (waiting !== undefined) return waiting.promise;
    if (this.#isClosed) {
      const cause = new Error("a reload has ended it");
      return Promise.reject(new ProcessError("failed", pool.command[0]!, { cause }));
    }
    const asked = Promise.withResolvers<UpstreamAddress>();
    this.#waiting.set(name, asked);
    this.#ask.wanted(name);
    return asked.promise;
  }

  failed(pool: Pool): void {
    const name = this.#nameOf(pool);
    // Others were faster to say so, or the main thread knows already.
    if (this.#known.delete(name)) this.#ask.failed(name);
  }

  /** Nothing is asked for any more. */
  close(): void {
    this.#isClosed = true;
    this.#known.clear();
  }

  /** The main thread says where a pool listens, or why it does not; undefined: it does so no more. */
  receive(name: string, answer: PoolAnswer | undefined): void {
    if (answer === undefined) return void this.#known.delete(name);
    const waiting = this.#waiting.get(name);
    this.#waiting.delete(name);
    if ("path" in answer) {
      this.#known.set(name, answer);
      waiting?.resolve(answer);
    } else {
      const { problem, program, why } = answer;
      waiting?.reject(new ProcessError(problem, program, { cause: new Error(why) }));
    }
  }

  #nameOf(pool: Pool): string {
    let name = this.#names.get(pool);
    if (name === undefined) this.#names.set(pool, name = poolName(pool));
    return name;
  }
}

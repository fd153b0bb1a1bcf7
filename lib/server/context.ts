/**
 * What the connections of one server share.
 *
 * @module
 */
import { BufferPool } from "../bytes/buffer_pool.ts";
import type { Handler } from "../http/message.ts";
import type { Clock, ErrorLog } from "../ports.ts";
import { Deadlines } from "./deadlines.ts";
import type { Settings } from "./settings.ts";

/** So many bodies at one time are sent in large pieces. Clients that are slow may be thousands. */
const LARGE_BODIES = 16;

/** Made once for all listeners of a server. */
export class ServerContext {
  readonly deadlines: Deadlines;
  /** For heads and small bodies. */
  readonly smallBuffers = new BufferPool(16 * 1024, 512);
  /** For an answer that is at hand and does not fit a small one, its head in front of it. */
  readonly answerBuffers = new BufferPool(64 * 1024, 64);
  readonly #mediumBuffers = new BufferPool(128 * 1024, 16);
  readonly #largeBuffers = new BufferPool(512 * 1024, LARGE_BODIES);

  /** @param settings may be replaced at any time, as a whole */
  constructor(public settings: Settings, readonly clock: Clock, readonly errorLog: ErrorLog) {
    this.deadlines = new Deadlines(clock);
  }

  /** To be called now and then: gives back what was needed for a load that is over. */
  shrink(): void {
    for (const pool of [this.smallBuffers, this.answerBuffers, this.#mediumBuffers, this.#largeBuffers]) {
      pool.shrink();
    }
  }

  /** Answers each request with what the settings have for this endpoint when it comes. */
  handlerFor(endpoint: string): Handler {
    // It is only missing where a listener outlives its endpoint, which no change of settings does.
    return (request) => this.settings.handlers.get(endpoint)!(request);
  }

  /**
   * For a body that is read piece by piece.
   *
   * PERF: 100 MB in pieces of 512 KiB take 26 ms of CPU, in pieces of 256 KiB 31, of 64 KiB more than 40; with larger
   * ones the caches of most processors are too small.
   *
   * @param length of the body; undefined if it is not known
   */
  bodyBuffers(length: number | undefined): BufferPool {
    const isLarge = length !== undefined && length > this.#mediumBuffers.size;
    return isLarge && this.#largeBuffers.used < LARGE_BODIES ? this.#largeBuffers : this.#mediumBuffers;
  }
}

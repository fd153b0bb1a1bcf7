/**
 * What the connections of one server share.
 *
 * @module
 */
import { BufferPool } from "../bytes/buffer_pool.ts";
import type { Clock, Log } from "../ports.ts";
import type { WireLimits } from "../http1/limits.ts";
import type { AccessLog } from "./access_log.ts";
import { Deadlines } from "./deadlines.ts";

/** Milliseconds. */
export interface ServerTimeouts {
  readonly header: number;
  readonly body: number;
  readonly send: number;
  readonly keepAlive: number;
}

export interface ServerLimits extends WireLimits {
  /** Connections at one time; further ones are answered 503. */
  readonly connections: number;
}

/** So many bodies at one time are sent in large pieces. Clients that are slow may be thousands. */
const LARGE_BODIES = 16;

/** Made once for all listeners of a server. */
export class ServerContext {
  readonly deadlines: Deadlines;
  /** For heads and small bodies. */
  readonly smallBuffers = new BufferPool(16 * 1024, 512);
  readonly #mediumBuffers = new BufferPool(128 * 1024, 16);
  readonly #largeBuffers = new BufferPool(512 * 1024, LARGE_BODIES);

  /** What is public without being readonly may be changed at any time. */
  constructor(
    public timeouts: ServerTimeouts,
    /** Those of the wire hold for connections that come after a change. */
    public limits: ServerLimits,
    readonly clock: Clock,
    readonly errorLog: Log,
    /** Undefined: no access log. */
    public accessLog: AccessLog | undefined,
  ) {
    this.deadlines = new Deadlines(clock);
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

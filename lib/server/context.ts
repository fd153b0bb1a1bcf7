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

/** Made once for all listeners of a server. */
export class ServerContext {
  readonly deadlines: Deadlines;
  /** For heads and small bodies. */
  readonly smallBuffers = new BufferPool(16 * 1024, 512);
  /** For bodies that are read piece by piece. */
  readonly largeBuffers = new BufferPool(256 * 1024, 16);

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
}

/**
 * One upstream as a thread knows it: connections that are kept for the next request, how busy it is, and whether it rests.
 *
 * @module
 */
import type { WireLimits } from "../http1/limits.ts";
import type { Clock, Dialer } from "../ports.ts";
import { UpstreamConnection } from "./connection.ts";
import type { Server } from "./route.ts";

/** What upstreams work with. */
export interface UpstreamPorts {
  readonly dialer: Dialer;
  readonly clock: Clock;
  readonly limits: () => WireLimits;
}

/** Connections that are kept, for one upstream and one thread. */
const MOST_KEPT = 64;

/** How long one is kept where the upstream says nothing, in milliseconds. */
const KEPT_FOR = 15_000;

/** One that refuses a connection is asked last for so long, in milliseconds. */
const REST = 10_000;

/** Owns the connections that it keeps. */
export class Upstream {
  /** Requests that it is answering, and tunnels. */
  busy = 0;
  /** On the monotonic clock: until then others are asked first. */
  restsUntil = -Infinity;
  #kept: UpstreamConnection[] = [];
  #stopped = false;
  #cancelSweep: (() => void) | undefined;

  constructor(
    readonly target: Server,
    readonly verify: boolean,
    readonly ports: UpstreamPorts,
  ) {}

  /** A connection that was kept and is open so far as is known; undefined if there is none. */
  takeKept(): UpstreamConnection | undefined {
    for (let kept = this.#kept.pop(); kept !== undefined; kept = this.#kept.pop()) {
      kept.unwatch();
      if (!kept.isClosed && kept.keptUntil > this.ports.clock.monotonic()) return kept;
      kept.close();
    }
    return undefined;
  }

  /** @param timeout in milliseconds. @throws {DialError} by rejecting: it rests then */
  async connect(timeout: number): Promise<UpstreamConnection> {
    const { address, tls, hostname } = this.target;
    // What does not answer is not the least busy one.
    this.busy++;
    try {
      const stream = await this.ports.dialer.connect(address, {
        timeout,
        ...tls && { tls: { serverName: hostname, verify: this.verify } },
      });
      this.restsUntil = -Infinity;
      return new UpstreamConnection(stream, this.ports.limits());
    } catch (error) {
      this.restsUntil = this.ports.clock.monotonic() + REST;
      throw error;
    } finally {
      this.busy--;
    }
  }

  /**
   * Takes a connection back whose messages are over.
   *
   * @param idle milliseconds for which the upstream keeps it itself; undefined: it did not say
   */
  giveBack(connection: UpstreamConnection, idle: number | undefined): void {
    if (this.#stopped || connection.isClosed || !connection.http.mayStay || this.#kept.length >= MOST_KEPT) {
      return connection.close();
    }
    connection.http.startNextCycle();
    connection.keptUntil = this.ports.clock.monotonic() + Math.min(KEPT_FOR, idle ?? KEPT_FOR);
    this.#kept.push(connection);
    connection.watch(this.#onUnasked);
    this.#cancelSweep ??= this.ports.clock.after(KEPT_FOR, () => this.#sweep());
  }

  readonly #onUnasked = (connection: UpstreamConnection): void => {
    const at = this.#kept.indexOf(connection);
    if (at >= 0) this.#kept.splice(at, 1);
    connection.close();
  };

  /** Keeps none any more; those that are in use are closed when they are given back. */
  stop(): void {
    this.#stopped = true;
    this.#cancelSweep?.();
    for (const connection of this.#kept.splice(0)) connection.close();
  }

  /** PERF: one timer for all that are kept. */
  #sweep(): void {
    this.#cancelSweep = undefined;
    const now = this.ports.clock.monotonic();
    for (const connection of this.#kept) if (connection.keptUntil <= now) connection.close();
    this.#kept = this.#kept.filter(({ isClosed }) => !isClosed);
    if (this.#kept.length > 0) {
      const next = Math.min(...this.#kept.map(({ keptUntil }) => keptUntil));
      this.#cancelSweep = this.ports.clock.after(Math.max(next - now, 100), () => this.#sweep());
    }
  }
}

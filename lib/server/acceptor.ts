/**
 * The accept loop of one listener, and the connections that came from it.
 *
 * @module
 */
import { Roster } from "../http/roster.ts";
import { AcceptError, type ByteConnection, type ConnectionListener } from "../ports.ts";
import type { ServerContext } from "./context.ts";
import type { Protocol } from "./protocol.ts";

/** The pause after the system ran out of descriptors, in milliseconds. */
const SCARCITY_PAUSE = 100;

/** So many connections in a row that broke before they were accepted are no accident, and no reason to spin either. */
const BROKEN_IN_A_ROW = 100;

/** Connections that may wait for their 503 at one time; what comes beyond is closed without a word. */
const TURNED_AWAY = 100;

/** Counts the connections of all listeners of a server. */
export interface ConnectionCount {
  open: number;
  turnedAway: number;
}

/** Accepts connections and has each served, until it is closed. Owns the listener. */
export class Acceptor<C = ByteConnection> {
  readonly #connections = new Roster<Protocol>();
  readonly #closed = Promise.withResolvers<void>();
  readonly #emptied = Promise.withResolvers<void>();
  #leaving: "drain" | "retire" | undefined;
  #isHangingUp = false;

  constructor(
    readonly listener: ConnectionListener<C>,
    readonly protocolOf: (connection: C) => Protocol,
    readonly context: ServerContext,
    readonly count: ConnectionCount,
  ) {}

  /** Resolves when the listener is closed; connections may live on. */
  async run(): Promise<void> {
    for (let failures = 0;;) {
      try {
        const accepted = await this.listener.accept();
        if (!accepted) break;
        failures = 0;
        const connection = this.protocolOf(accepted);
        if (this.count.open < this.context.settings.limits.connections) this.#serve(connection);
        else void this.#turnAway(connection);
      } catch (error) {
        if (!(error instanceof AcceptError)) throw error;
        if (!error.scarce && ++failures < BROKEN_IN_A_ROW) continue;
        this.context.errorLog.warning(`${error.message}; trying again in ${SCARCITY_PAUSE} ms`);
        await this.#pause();
      }
    }
    this.#closed.resolve();
    if (this.#connections.size === 0) this.#emptied.resolve();
  }

  /** Resolves when the listener is closed. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /**
   * Accepts what has come so far and lets every running exchange end. Resolves when the last connection is closed.
   */
  drain(): Promise<void> {
    return this.#leave("drain");
  }

  /**
   * Accepts what has come so far, and lets every connection have the answer to what it still asks. Resolves when the
   * last connection is closed.
   */
  retire(): Promise<void> {
    return this.#leave("retire");
  }

  /** The server ends: tunnels do, too, as soon as nothing is on its way in them. */
  hangUp(): void {
    this.#isHangingUp = true;
    this.#connections.each((connection) => connection.hangUp());
  }

  /** Closes every connection. */
  abort(): void {
    this.listener.close();
    this.#connections.each((connection) => connection.abort());
  }

  /** How many are being served. */
  get connections(): number {
    return this.#connections.size;
  }

  /** How many requests are being answered. */
  get answering(): number {
    let count = 0;
    this.#connections.each((connection) => count += connection.answering);
    return count;
  }

  async #leave(how: "drain" | "retire"): Promise<void> {
    this.#leaving = how;
    this.listener.finish();
    // Who is told to go comes back at once: not while others' connections may be lost in the listener.
    if (how === "retire") await this.closed;
    this.#connections.each((connection) => connection[how]());
    await this.#emptied.promise;
  }

  #serve(connection: Protocol): void {
    this.count.open++;
    this.#connections.add(connection);
    // PERF: not a function that waits, of which every idle connection would keep a frame.
    void connection.run().then(() => this.#ended(connection));
    if (this.#leaving === "drain") connection.drain();
    if (this.#isHangingUp) connection.hangUp();
  }

  async #ended(connection: Protocol): Promise<void> {
    this.#connections.delete(connection);
    this.count.open--;
    if (!this.#leaving || this.#connections.size > 0) return;
    await this.#closed.promise;
    if (this.#connections.size === 0) this.#emptied.resolve();
  }

  async #turnAway(connection: Protocol): Promise<void> {
    if (this.count.turnedAway >= TURNED_AWAY) return connection.abort();
    this.count.turnedAway++;
    await connection.turnAway();
    this.count.turnedAway--;
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const stop = this.context.clock.every(SCARCITY_PAUSE, () => {
        stop();
        resolve();
      });
    });
  }
}

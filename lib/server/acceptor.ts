/**
 * The accept loop of one listener, and the sessions that came from it.
 *
 * @module
 */
import type { Handler } from "../http/message.ts";
import { AcceptError, type ConnectionListener } from "../ports.ts";
import type { ServerContext } from "./context.ts";
import { Session } from "./session.ts";

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

/** Accepts connections and gives each a session, until it is closed. Owns the listener. */
export class Acceptor {
  readonly #sessions = new Set<Session>();
  readonly #handle: Handler = (request) => this.handler(request);
  readonly #closed = Promise.withResolvers<void>();
  readonly #emptied = Promise.withResolvers<void>();
  #leaving: "drain" | "retire" | undefined;

  constructor(
    readonly listener: ConnectionListener,
    /** May be changed: requests that come from then on get the other one. */
    public handler: Handler,
    readonly context: ServerContext,
    readonly count: ConnectionCount,
  ) {}

  /** Resolves when the listener is closed; sessions may live on. */
  async run(): Promise<void> {
    for (let failures = 0;;) {
      try {
        const connection = await this.listener.accept();
        if (!connection) break;
        failures = 0;
        const session = new Session(connection, this.#handle, this.context);
        if (this.count.open < this.context.limits.connections) this.#serve(session);
        else void this.#turnAway(session);
      } catch (error) {
        if (!(error instanceof AcceptError)) throw error;
        if (!error.scarce && ++failures < BROKEN_IN_A_ROW) continue;
        this.context.errorLog.line(`warning: ${error.message}; trying again in ${SCARCITY_PAUSE} ms`);
        await this.#pause();
      }
    }
    this.#closed.resolve();
    if (this.#sessions.size === 0) this.#emptied.resolve();
  }

  /** Resolves when the listener is closed. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /**
   * Accepts what has come so far and lets every running exchange end. Resolves when the last session is over.
   */
  drain(): Promise<void> {
    return this.#leave("drain");
  }

  /**
   * Accepts what has come so far, and lets every connection have the answer to what it still asks. Resolves when the
   * last session is over.
   */
  retire(): Promise<void> {
    return this.#leave("retire");
  }

  /** Closes every connection. */
  abort(): void {
    this.listener.close();
    for (const session of this.#sessions) session.abort();
  }

  get sessions(): number {
    return this.#sessions.size;
  }

  async #leave(how: "drain" | "retire"): Promise<void> {
    this.#leaving = how;
    this.listener.finish();
    // Who is told to go comes back at once: not while others' connections may be lost in the listener.
    if (how === "retire") await this.closed;
    for (const session of this.#sessions) session[how]();
    await this.#emptied.promise;
  }

  #serve(session: Session): void {
    this.count.open++;
    this.#sessions.add(session);
    // PERF: not a function that waits, of which every idle connection would keep a frame.
    void session.run().then(() => this.#ended(session));
    if (this.#leaving === "drain") session.drain();
  }

  async #ended(session: Session): Promise<void> {
    this.#sessions.delete(session);
    this.count.open--;
    if (!this.#leaving || this.#sessions.size > 0) return;
    await this.#closed.promise;
    if (this.#sessions.size === 0) this.#emptied.resolve();
  }

  async #turnAway(session: Session): Promise<void> {
    if (this.count.turnedAway >= TURNED_AWAY) return session.abort();
    this.count.turnedAway++;
    await session.turnAway();
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

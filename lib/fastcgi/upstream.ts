/**
 * The connections to one FastCGI server. A server gives each of them a process of its own for as long as it lasts, so that
 * a connection that is kept takes the process from everybody else: other workers, other web servers, the queue of those
 * that are not accepted yet. So they are few, are kept for a moment, and give way to those that wait.
 *
 * @module
 */
import { busy, GoneError } from "../http/errors.ts";
import type { MaybePromise } from "../http/maybe_promise.ts";
import { type Clock, type Dialer, DialError, type Duplex, type Pool, type Pools } from "../ports.ts";
import { FastcgiConnection } from "./connection.ts";
import type { Client } from "./client.ts";
import type { FastcgiServer } from "./server.ts";

/** How long a connection is kept without a request, and how old one may be that gets another, in milliseconds. */
const IDLE = 200, LIFE = 1000;

/**
 * How long a new connection may be without an answer before another one makes way for it: a process that has slept takes its
 * time to wake up, while others go on. In milliseconds.
 */
const PATIENCE = 10;

/**
 * A new connection that is answered so soon after another one made way for it was waiting for that: the server has no more
 * processes. In milliseconds.
 */
const SOON = 20;

/** How long connecting may take, in milliseconds. */
const CONNECT = 5000;

/** Requests that wait for a connection. */
const MOST_WAITING = 512;

/** What upstreams work with. */
export interface UpstreamOptions {
  readonly clock: Clock;
  readonly dialer: Dialer;
  /** Those who start the servers that are started here. */
  readonly pools: Pools;
}

/** Who waits for a connection. */
interface Waiting {
  readonly mayBeKept: boolean;
  readonly until: number;
  readonly resolve: (connection: MaybePromise<FastcgiConnection>) => void;
  readonly reject: (error: unknown) => void;
}

/** Owns the connections. */
export class Upstream {
  readonly name: string;
  readonly #server: FastcgiServer;
  readonly #options: UpstreamOptions;
  #pool: Pool | undefined;
  /** How many there may be at once. */
  most = 0;
  /** How many there may be at present, since the server seems to have no more processes. */
  #limit = Infinity;
  /** How often one was given out. */
  #given = 0;
  /** All of them, and those that are being opened. */
  #open = 0;
  /** Without a request, the one used last at the end. */
  readonly #idle: FastcgiConnection[] = [];
  /** Open and not idle. */
  readonly #busy = new Set<FastcgiConnection>();
  /** New ones that the server has perhaps not accepted yet: neither they nor later ones have an answer. In their order. */
  readonly #unanswered = new Set<FastcgiConnection>();
  readonly #waiting: Waiting[] = [];
  #isClosed = false;

  /** @param name its nameOfServer() */
  constructor(server: FastcgiServer, name: string, options: UpstreamOptions) {
    this.#server = server;
    this.#options = options;
    this.name = name;
  }

  /** Nothing is open, and nobody waits. */
  get isUnused(): boolean {
    return this.#open === 0 && this.#waiting.length === 0;
  }

  /** @throws {HttpError} 503 where too many wait already */
  refuseMore(): void {
    if (this.#waiting.length < MOST_WAITING) return;
    throw busy(`${MOST_WAITING} requests are waiting for ${this.name}`);
  }

  /**
   * A connection for one request, which is given back.
   *
   * @param mayBeKept it may be one that the server is just closing
   * @throws {HttpError} 503 where none gets free in time
   * @throws {DialError | ProcessError} where none can be opened
   * @throws {GoneError}
   */
  take(client: Client, mayBeKept: boolean): MaybePromise<FastcgiConnection> {
    if (this.#isClosed || client.isGone) throw new GoneError();
    if (this.#waiting.length === 0) {
      const connection = this.#available(mayBeKept);
      if (connection !== undefined) return connection;
    }
    this.refuseMore();
    return this.#wait(client, mayBeKept);
  }

  /** The first bytes of an answer have come. */
  answered(connection: FastcgiConnection): void {
    if (this.#unanswered.has(connection)) this.#accepted(connection);
    const { admitted } = connection;
    if (admitted === undefined) return;
    connection.admitted = undefined;
    if (this.#options.clock.monotonic() - admitted < SOON) {
      this.#limit = Math.max(1, this.#open - this.#unanswered.size);
    }
  }

  /** @param mayStay its request has been answered whole, and the next answer can begin */
  giveBack(connection: FastcgiConnection, mayStay: boolean): void {
    if (!this.#busy.delete(connection)) return;
    this.#unanswered.delete(connection);
    const now = this.#options.clock.monotonic();
    const givesWay = this.#makesWay(connection.order, now);
    if (mayStay && !givesWay && connection.isOpen && now - connection.opened < LIFE) {
      this.#idle.push(connection);
      connection.rest(() => this.#drop(connection), now);
    } else this.#close(connection);
    this.#serve();
  }

  /** A new connection broke. @returns false if nobody looks after the server here */
  doubt(): boolean {
    if (this.#pool === undefined) return false;
    this.#options.pools.failed(this.#pool);
    return true;
  }

  /** To be called now and then: closes what was kept for long enough, and sends away who has waited for too long. */
  tick(now: number): void {
    for (const connection of [...this.#idle]) if (now - connection.rested >= IDLE) this.#drop(connection);
    while (this.#waiting.length > 0 && now >= this.#waiting[0]!.until) {
      const { reject } = this.#waiting.shift()!;
      reject(busy(`no connection to ${this.name} got free within timeouts.cgi`));
    }
    if (this.#waiting.length === 0) return;
    // It may have more processes than it seemed, or than it had.
    this.#limit += Math.ceil(this.#limit / 2);
    this.#serve();
  }

  /** Closes everything. */
  close(): void {
    this.#isClosed = true;
    for (const { reject } of this.#waiting.splice(0)) reject(new GoneError());
    for (const connection of [...this.#idle, ...this.#busy]) this.#close(connection);
    this.#idle.length = 0;
    this.#busy.clear();
  }

  /** One that is idle or can be opened now; undefined where neither is so. */
  #available(mayBeKept: boolean): MaybePromise<FastcgiConnection> | undefined {
    const kept = mayBeKept ? this.#idle.pop() : this.#idle.shift();
    if (kept !== undefined && mayBeKept) {
      return this.#giveOut(kept);
    }
    // Its process is free for the one that is opened in its place.
    if (kept !== undefined) this.#close(kept);
    return this.#open < Math.min(this.#limit, this.most) ? this.#connect() : undefined;
  }

  async #connect(): Promise<FastcgiConnection> {
    this.#open++;
    let stream: Duplex;
    try {
      stream = await this.#dial();
    } catch (error) {
      this.#open--;
      this.#serve();
      throw error;
    }
    const now = this.#options.clock.monotonic();
    const connection = new FastcgiConnection(stream, now);
    if (this.#isClosed) {
      this.#close(connection);
      throw new GoneError();
    }
    this.#unanswered.add(connection);
    return this.#giveOut(connection);
  }

  #giveOut(connection: FastcgiConnection): FastcgiConnection {
    connection.order = ++this.#given;
    this.#busy.add(connection);
    return connection;
  }

  async #dial(): Promise<Duplex> {
    const { dialer, pools } = this.#options;
    if ("address" in this.#server) return await dialer.connect(this.#server.address, { timeout: CONNECT });
    const pool = this.#pool ??= { command: this.#server.spawn, processes: this.#server.processes };
    for (let isFirst = true;; isFirst = false) {
      try {
        return await dialer.connect(await pools.address(pool), { timeout: CONNECT });
      } catch (error) {
        if (!(error instanceof DialError) || error.problem === "late") throw error;
        pools.failed(pool);
        // It died since it was asked for the last time, and is started again.
        if (!isFirst) throw error;
      }
    }
  }

  /** A server takes connections in the order in which they were opened. */
  #accepted(connection: FastcgiConnection): void {
    for (const earlier of this.#unanswered) {
      this.#unanswered.delete(earlier);
      if (earlier === connection) return;
    }
  }

  /**
   * True if a connection is to be closed so that another one is accepted: one that was opened before this one's request
   * began has no answer yet. It may be a program that takes its time, but then it costs no more than this.
   */
  #makesWay(order: number, now: number): boolean {
    if (this.#unanswered.size === 0) return false;
    const [first] = this.#unanswered;
    if (first!.order >= order || now - first!.opened < PATIENCE) return false;
    this.#unanswered.delete(first!);
    first!.admitted = now;
    return true;
  }

  #wait(client: Client, mayBeKept: boolean): Promise<FastcgiConnection> {
    const { promise, resolve, reject } = Promise.withResolvers<FastcgiConnection>();
    const until = this.#options.clock.monotonic() + client.patience;
    const waiting: Waiting = { mayBeKept, until, resolve, reject };
    this.#waiting.push(waiting);
    client.begin(() => {
      const at = this.#waiting.indexOf(waiting);
      if (at < 0) return;
      this.#waiting.splice(at, 1);
      reject(new GoneError());
    });
    return promise;
  }

  #serve(): void {
    while (this.#waiting.length > 0) {
      const connection = this.#available(this.#waiting[0]!.mayBeKept);
      if (connection === undefined) return;
      this.#waiting.shift()!.resolve(connection);
    }
  }

  /** One that is idle. */
  #drop(connection: FastcgiConnection): void {
    const at = this.#idle.indexOf(connection);
    if (at < 0) return;
    this.#idle.splice(at, 1);
    this.#close(connection);
  }

  #close(connection: FastcgiConnection): void {
    connection.close();
    this.#open--;
    // Nobody knows how many processes it will have by then.
    if (this.#open === 0) this.#limit = Infinity;
  }
}

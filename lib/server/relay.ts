/**
 * A tunnel (RFC 9110 section 9.3.6): bytes go between a client and a peer unchanged, and an end of one side becomes an
 * end of the other's. Loaded with the first one.
 *
 * @module
 */
import { BufferPool } from "../bytes/buffer_pool.ts";
import type { Tunnel } from "../http/message.ts";
import { NOWHERE } from "../http/roster.ts";
import type { Duplex } from "../ports.ts";
import { LARGEST_THIRD } from "./byte_stream.ts";
import type { ServerContext } from "./context.ts";
import { TICK, type Waiting } from "./deadlines.ts";

/** At an end of the server a tunnel is over once nothing has passed for so long, in milliseconds. */
const QUIET = 200;

/** Who takes nothing more has this long to say its last, in milliseconds: its system knows already that it is over. */
const LAST_WORDS = 5000;

/** One end of a tunnel. */
export interface RelaySide extends Duplex {
  /** Somebody else looks after the time that its writes take. */
  readonly isPaced?: true;
  /** In place of close(), where it was sent everything and may still be sending: it is not to lose what it has not read. */
  linger?(): Promise<void>;
}

/** What an idle tunnel holds for each direction. */
const SMALL = new BufferPool(1024, 512);

/**
 * What is read into next, once that was filled: there is more. Until a read fills its buffer no more, and the tunnel may
 * fall silent.
 */
const LARGE = new BufferPool(256 * 1024, 8);

/** Or into one of these, where clients that take little at a time hold so many large ones: 6 MiB for each thread. */
const MEDIUM = new BufferPool(16 * 1024, 64);
const MOST_LARGE = 24;

/** Owns both sides: they are closed on every path. */
export class Relay implements Waiting {
  place = NOWHERE;
  deadline: number;
  readonly #context: ServerContext;
  readonly #down: Flow;
  readonly #up: Flow;
  readonly #over = Promise.withResolvers<void>();
  #idle: number;
  /** Without another byte it is over then. */
  #idleUntil: number;

  constructor(readonly client: RelaySide, { peer, idle }: Tunnel, context: ServerContext) {
    this.#context = context;
    this.#down = new Flow(peer, client, context, this);
    this.#up = new Flow(client, peer, context, this);
    this.#idle = idle;
    context.deadlines.add(this);
    this.deadline = this.#idleUntil = context.deadlines.in(idle);
  }

  /** Bytes that the client has been sent. */
  get sent(): number {
    return this.#down.count;
  }

  /** Resolves when both sides are closed. Never rejects: whatever breaks a side, nobody is left to be told. */
  run(): Promise<void> {
    this.#down.read();
    this.#up.read();
    return this.#over.promise;
  }

  /** The server ends: the tunnel does, too, as soon as nothing is on its way. */
  hangUp(): void {
    this.#hurry(QUIET);
  }

  expire(): void {
    this.deadline = Infinity;
    this.close();
  }

  // --- for its flows ---

  /** Something has passed. */
  progress(): void {
    this.#idleUntil = this.#context.deadlines.in(this.#idle);
    this.arm();
  }

  /** What waits to be taken has its own time: the other direction may well be silent meanwhile. */
  arm(): void {
    const until = Math.min(this.#up.until, this.#down.until);
    this.deadline = until === Infinity ? this.#idleUntil : until;
  }

  close(): void {
    this.#up.from.close();
    this.#up.to.close();
  }

  /**
   * A flow is over.
   *
   * @param isCut it could not be delivered: what comes the other way may still be worth having
   */
  ended(isCut: boolean): void {
    if (isCut) this.#hurry(LAST_WORDS);
    if (!this.#up.isOver || !this.#down.isOver) return;
    this.#context.deadlines.delete(this);
    if (this.#down.isWhole && !this.#up.isWhole && this.client.linger !== undefined) {
      this.#up.to.close();
      void this.client.linger().finally(() => this.#end());
    } else this.#end();
  }

  #hurry(idle: number): void {
    this.#idle = Math.min(this.#idle, idle);
    this.#idleUntil = Math.min(this.#idleUntil, this.#context.deadlines.in(this.#idle));
    this.arm();
  }

  #end(): void {
    this.close();
    this.#over.resolve();
  }
}

/**
 * One direction. PERF: callbacks instead of a function that waits: of idle tunnels there may be thousands, and each would
 * keep its frame.
 */
class Flow {
  /** Bytes that have been taken. */
  count = 0;
  /** On the clock of the deadlines, while a write waits. */
  until = Infinity;
  isOver = false;
  /** All of it was delivered, the end as well. */
  isWhole = false;
  /** Bytes that have been taken since `to` last made us wait. */
  #taken = 0;
  #pool = SMALL;
  #buffer = SMALL.take();

  constructor(
    readonly from: Duplex,
    readonly to: RelaySide,
    readonly context: ServerContext,
    readonly relay: Relay,
  ) {}

  /** Reads once, and then goes on by itself until `from` ends. */
  read(): void {
    try {
      this.from.read(this.#buffer).then(this.#onRead, this.#onFailure);
    } catch {
      // It makes no difference how it says so.
      this.#onFailure();
    }
  }

  readonly #onRead = (count: number | null): void => {
    this.relay.progress();
    (count === null ? this.#end() : this.#deliver(count)).catch(this.#onFailure);
  };

  /** The system may still be using the buffer. Whatever it says, one side is of no use any more, and so neither is the other. */
  readonly #onFailure = (): void => {
    this.relay.close();
    this.#giveUp();
  };

  async #deliver(count: number): Promise<void> {
    try {
      await this.#write(this.#buffer.subarray(0, count));
    } catch {
      return this.#giveUp();
    }
    const next = poolFor(this.#pool, count);
    if (next !== this.#pool) {
      this.#pool.give(this.#buffer);
      this.#pool = next;
      this.#buffer = next.take();
    }
    this.read();
  }

  async #end(): Promise<void> {
    await this.to.closeWrite();
    this.#pool.give(this.#buffer);
    this.isOver = this.isWhole = true;
    this.relay.ended(false);
  }

  #giveUp(): void {
    if (this.isOver) return;
    this.#pool.lose();
    this.isOver = true;
    this.until = Infinity;
    this.relay.ended(true);
  }

  /** See ByteStream: a write goes on only once a third of what the system holds is free. */
  async #write(bytes: Uint8Array): Promise<void> {
    const { deadlines, settings: { timeouts, limits } } = this.context;
    for (let rest = bytes; rest.length > 0;) {
      const began = deadlines.now, owed = Math.min(this.#taken, LARGEST_THIRD);
      this.until = this.to.isPaced
        ? Number.MAX_VALUE
        : deadlines.in(timeouts.send + owed * 1000 / limits.sendRate);
      this.relay.arm();
      const count = await this.to.write(rest);
      if (deadlines.now - began > TICK) this.#taken = 0;
      this.#taken += count;
      this.count += count;
      this.until = Infinity;
      this.relay.progress();
      rest = rest.subarray(count);
    }
  }
}

/** For the next read, after one of so many bytes. */
function poolFor(pool: BufferPool, count: number): BufferPool {
  if (count < pool.size) return SMALL;
  return pool === LARGE || LARGE.used < MOST_LARGE ? LARGE : MEDIUM;
}

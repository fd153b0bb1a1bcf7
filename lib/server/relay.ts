/**
 * A tunnel (RFC 9110 section 9.3.6): bytes go between a client and a peer unchanged, and an end of one side becomes an
 * end of the other's. Loaded with the first one.
 *
 * @module
 */
import { BufferPool } from "../bytes/buffer_pool.ts";
import type { Tunnel } from "../http/message.ts";
import type { Duplex } from "../ports.ts";
import { LARGEST_THIRD } from "./byte_stream.ts";
import type { ServerContext } from "./context.ts";
import { TICK, type Waiting } from "./deadlines.ts";

/** At an end of the server a tunnel is over once nothing has passed for so long, in milliseconds. */
const QUIET = 200;

/** One end of a tunnel. */
export interface RelaySide extends Duplex {
  /** Somebody else looks after the time that its writes take. */
  readonly isPaced?: true;
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

/** One direction. */
interface Flow {
  readonly from: Duplex;
  readonly to: RelaySide;
  /** Bytes that have been taken. */
  count: number;
  /** Of them, those since `to` last made us wait. */
  taken: number;
  /** On the clock of the deadlines, while a write waits. */
  until: number;
}

/** Owns both sides: they are closed on every path. */
export class Relay implements Waiting {
  deadline: number;
  readonly #context: ServerContext;
  readonly #down: Flow;
  readonly #up: Flow;
  #idle: number;
  /** Without another byte it is over then. */
  #idleUntil: number;

  constructor(client: RelaySide, { peer, idle }: Tunnel, context: ServerContext) {
    this.#context = context;
    this.#down = { from: peer, to: client, count: 0, taken: 0, until: Infinity };
    this.#up = { from: client, to: peer, count: 0, taken: 0, until: Infinity };
    this.#idle = idle;
    context.deadlines.add(this);
    this.deadline = this.#idleUntil = context.deadlines.in(idle);
  }

  /** Bytes that the client has been sent. */
  get sent(): number {
    return this.#down.count;
  }

  /** Resolves when both sides are closed. Never rejects: whatever breaks a side, nobody is left to be told. */
  async run(): Promise<void> {
    await Promise.all([this.#pass(this.#down), this.#pass(this.#up)]);
    this.close();
    this.#context.deadlines.delete(this);
  }

  /** The server ends: the tunnel does, too, as soon as nothing is on its way. */
  hangUp(): void {
    this.#idle = Math.min(this.#idle, QUIET);
    this.#idleUntil = Math.min(this.#idleUntil, this.#context.deadlines.in(this.#idle));
    this.#arm();
  }

  close(): void {
    this.#up.from.close();
    this.#up.to.close();
  }

  expire(): void {
    this.deadline = Infinity;
    this.close();
  }

  /** Passes bytes on until `from` ends. */
  async #pass(flow: Flow): Promise<void> {
    let pool = SMALL, buffer = pool.take();
    try {
      for (let count; (count = await flow.from.read(buffer)) !== null;) {
        this.#progress();
        await this.#deliver(flow, buffer.subarray(0, count));
        const next = poolFor(pool, count);
        if (next === pool) continue;
        pool.give(buffer);
        pool = next;
        buffer = pool.take();
      }
      pool.give(buffer);
    } catch {
      // The system may still be using it. Whatever it says, this side is of no use any more, and so neither is the other.
      pool.lose();
      return this.close();
    }
    this.#progress();
    await flow.to.closeWrite().catch(() => this.close());
  }

  /** See ByteStream: a write goes on only once a third of what the system holds is free. */
  async #deliver(flow: Flow, bytes: Uint8Array): Promise<void> {
    const { deadlines, settings: { timeouts, limits } } = this.#context;
    for (let rest = bytes; rest.length > 0;) {
      const began = deadlines.now, owed = Math.min(flow.taken, LARGEST_THIRD);
      flow.until = flow.to.isPaced
        ? Number.MAX_VALUE
        : deadlines.in(timeouts.send + owed * 1000 / limits.sendRate);
      this.#arm();
      const count = await flow.to.write(rest);
      if (deadlines.now - began > TICK) flow.taken = 0;
      flow.taken += count;
      flow.count += count;
      flow.until = Infinity;
      this.#progress();
      rest = rest.subarray(count);
    }
  }

  #progress(): void {
    this.#idleUntil = this.#context.deadlines.in(this.#idle);
    this.#arm();
  }

  /** What waits to be taken has its own time: the other direction may well be silent meanwhile. */
  #arm(): void {
    const until = Math.min(this.#up.until, this.#down.until);
    this.deadline = until === Infinity ? this.#idleUntil : until;
  }
}

/** For the next read, after one of so many bytes. */
function poolFor(pool: BufferPool, count: number): BufferPool {
  if (count < pool.size) return SMALL;
  return pool === LARGE || LARGE.used < MOST_LARGE ? LARGE : MEDIUM;
}

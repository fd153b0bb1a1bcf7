/**
 * Peers that give no window for what they have asked for: each stream has timeouts.send of waiting for one, and what is
 * taken meanwhile earns it time by limits.send_rate. That a peer takes nothing of what was written is the byte stream's
 * affair.
 *
 * @module
 */
import { NOWHERE } from "../../http/roster.ts";
import type { ServerConnection } from "../../http2/connection.ts";
import type { ServerContext } from "../context.ts";
import { creditAfter } from "../credit.ts";
import type { Waiting } from "../deadlines.ts";

/** How often is looked, in milliseconds. */
const LOOK = 500;

/** Who ends what is stalled. */
export interface StallOwner {
  /** Streams whose answer has content on its way. */
  sending(): Iterable<number>;
  /** A write waits for the peer, which has its own deadline. */
  readonly isWriting: boolean;
  /** Only this one is stalled, be it that its peer has paused it. */
  streamStalled(stream: number): void;
  /** Nothing goes on. */
  connectionStalled(): void;
}

/** What one stream has left. */
interface Credit {
  /** Bytes that had been taken at the last look. */
  taken: number;
  /** Milliseconds. */
  left: number;
}

/** Looks after the windows of one connection, while there is something to be sent. */
export class Stalls implements Waiting {
  place = NOWHERE;
  deadline = Infinity;
  readonly #http: ServerConnection;
  readonly #context: ServerContext;
  readonly #owner: StallOwner;
  #credits = new Map<number, Credit>();
  /** On the clock of the deadlines. */
  #looked = 0;
  #progressed = 0;
  #isWatching = false;

  constructor(http: ServerConnection, context: ServerContext, owner: StallOwner) {
    this.#http = http;
    this.#context = context;
    this.#owner = owner;
  }

  /** Something waits for a window: looks from now on, until nothing is on its way. */
  watch(): void {
    if (this.#isWatching) return;
    this.#isWatching = true;
    const { deadlines } = this.#context;
    deadlines.add(this);
    this.#looked = this.#progressed = deadlines.now;
    this.deadline = deadlines.in(LOOK);
  }

  /** Looks no more. */
  end(): void {
    if (!this.#isWatching) return;
    this.#isWatching = false;
    this.#credits.clear();
    this.#context.deadlines.delete(this);
  }

  expire(): void {
    const { deadlines, settings: { timeouts, limits } } = this.#context;
    const now = deadlines.now, waited = now - this.#looked;
    const credits = new Map<number, Credit>(), stalled: number[] = [];
    for (const stream of this.#owner.sending()) {
      const taken = this.#http.sentOf(stream);
      const { taken: before, left } = this.#credits.get(stream) ?? { taken: 0, left: timeouts.send };
      if (taken > before) this.#progressed = now;
      // Whoever has a window waits for its turn.
      const credit = this.#http.windowOf(stream) > 0
        ? timeouts.send
        : taken === before
        ? left - waited
        : Math.min(creditAfter(left, waited, taken - before, limits.sendRate), timeouts.send);
      credits.set(stream, { taken, left: credit });
      if (credit <= 0) stalled.push(stream);
    }
    this.#looked = now;
    this.#credits = credits;
    if (credits.size === 0) return this.end();
    if (this.#owner.isWriting) this.#progressed = now;
    this.deadline = deadlines.in(LOOK);
    this.#judge(stalled, now - this.#progressed >= timeouts.send);
  }

  #judge(stalled: readonly number[], nothingGoesOn: boolean): void {
    if (nothingGoesOn) return this.#owner.connectionStalled();
    for (const stream of stalled) {
      this.#credits.delete(stream);
      this.#owner.streamStalled(stream);
    }
  }
}

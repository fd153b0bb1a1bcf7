/**
 * The news that a client has left, for whoever works on an answer for it.
 *
 * @module
 */
import { NOWHERE } from "../http/roster.ts";
import type { ByteStream, StreamObserver } from "./byte_stream.ts";
import type { Waiting } from "./deadlines.ts";

/**
 * How long a client that has ended its side is still answered while nothing can be sent to it. A half-closed
 * connection and a client that has left look the same until we write; programs that wait for such a client must not
 * run on for long.
 */
export const HALF_CLOSED_GRACE = 1000;

/** How long watchLater() waits, in milliseconds. */
const LATER = 200;

/** What a client may send ahead while its request is being answered. */
const READ_AHEAD = 64 * 1024;
const SMALLEST_READ = 2048;

/** Belongs to the protocol of a connection; notices that the client leaves, by reading on where it has to. */
export class Departure implements StreamObserver {
  readonly #stream: ByteStream;
  #watching = false;
  #isOver = false;
  /** Waits to begin with watching. */
  #later: Waiting | undefined;
  /** Made when somebody wants to know. */
  #callbacks: Set<() => void> | undefined;

  constructor(stream: ByteStream) {
    this.#stream = stream;
    stream.observer = this;
  }

  /**
   * Keeps reading while a handler works, so that the client's leaving is noticed. Only once the request is whole: what
   * comes now is the next one, of which a bounded part is taken.
   */
  watch(): void {
    if (this.#watching) return;
    this.#watching = true;
    void this.#watch();
  }

  /** The same, unless the exchange is over soon. */
  watchLater(): void {
    const { deadlines } = this.#stream.context;
    const later = {
      place: NOWHERE,
      deadline: 0,
      expire: () => {
        deadlines.delete(later);
        this.#later = undefined;
        this.watch();
      },
    };
    this.#later = later;
    deadlines.add(later);
    later.deadline = deadlines.in(LATER);
  }

  /** The exchange is over; reading is somebody else's again. */
  unwatch(): void {
    this.#watching = false;
    this.#forgetLater();
  }

  /** What the client sends, or does not, is somebody else's affair from now on; that the connection is gone is still told. */
  end(): void {
    this.unwatch();
    this.#isOver = true;
  }

  /** Calls back once when the client leaves; the returned function takes it back. */
  onGone(callback: () => void): () => void {
    if (this.#stream.gone) queueMicrotask(callback);
    else (this.#callbacks ??= new Set()).add(callback);
    if (this.#stream.ended) this.ended();
    return () => this.#callbacks?.delete(callback);
  }

  ended(): void {
    // Else something is being waited for that has its own time, and may tell more.
    if (this.#stream.deadline.phase === "nothing") this.#giveGrace();
  }

  sentAfterEnd(): void {
    this.#giveGrace();
  }

  gone(): void {
    this.#forgetLater();
    if (!this.#callbacks) return;
    for (const callback of this.#callbacks) callback();
    this.#callbacks.clear();
  }

  #forgetLater(): void {
    if (this.#later === undefined) return;
    this.#stream.context.deadlines.delete(this.#later);
    this.#later = undefined;
  }

  /** Where nobody wants to know, a half-closed client may wait as long as any other. */
  #giveGrace(): void {
    const { deadline, gone } = this.#stream;
    if (!gone && !this.#isOver && this.#callbacks !== undefined && this.#callbacks.size > 0) {
      deadline.arm("half-closed", HALF_CLOSED_GRACE);
    }
  }

  async #watch(): Promise<void> {
    const stream = this.#stream;
    while (this.#watching && stream.buffer.length < READ_AHEAD) {
      if (await stream.read(SMALLEST_READ) !== "bytes") return;
    }
  }
}

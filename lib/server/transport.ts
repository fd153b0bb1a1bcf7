/**
 * One connection's bytes and its one deadline: reads into the receive buffer, whole writes, and the news that the
 * client is gone.
 *
 * @module
 */
import type { ReceiveBuffer } from "../bytes/receive_buffer.ts";
import { GoneError } from "../http/message.ts";
import { PeerError } from "../http1/peer_error.ts";
import type { ByteConnection } from "../ports.ts";
import type { ServerContext } from "./context.ts";
import type { Waiting } from "./deadlines.ts";

/** What is being waited for, which decides what the end of the wait means. */
export type Phase = "nothing" | "idle" | "head" | "send" | "half-closed" | "lingering";

/** What a read came to. */
export type ReadResult = "bytes" | "ended" | "gone" | "late";

/**
 * How long a client that has ended its side is still answered while nothing can be sent to it. A half-closed
 * connection and a client that has left look the same until we write; programs that wait for such a client must not
 * run on for long.
 */
const HALF_CLOSED_GRACE = 1000;

/** What a client may send ahead while its request is being answered. */
const READ_AHEAD = 64 * 1024;
const SMALLEST_READ = 2048;

/** Owns the connection: close() releases everything. */
export class Transport implements Waiting {
  #deadline = Infinity;
  /** Apart from the other one: a program may be sent to while its request is still being read. */
  #bodyDeadline = Infinity;
  phase: Phase = "nothing";
  /** The client has ended its side. */
  ended = false;
  /** The connection is closed or of no more use. */
  gone = false;
  /** The client has kept a body waiting for too long. */
  stalled = false;
  /** Called when the deadline of a head is over. */
  onHeadTimeout: () => void = () => {};
  #watching = false;
  #reading: Promise<ReadResult> | undefined;
  #bodyWaiter: ((result: ReadResult) => void) | undefined;
  /** Made when somebody wants to know. */
  #goneCallbacks: Set<() => void> | undefined;

  constructor(
    readonly connection: ByteConnection,
    readonly buffer: ReceiveBuffer,
    readonly context: ServerContext,
  ) {
    context.deadlines.add(this);
  }

  get deadline(): number {
    return Math.min(this.#deadline, this.#bodyDeadline);
  }

  /** A read is under way. */
  get isReading(): boolean {
    return this.#reading !== undefined;
  }

  /** Sets the deadline so many milliseconds from now. */
  arm(phase: Phase, milliseconds: number): void {
    this.phase = phase;
    this.#deadline = this.context.deadlines.in(milliseconds);
  }

  disarm(): void {
    if (this.ended && !this.gone && this.#goneCallbacks !== undefined && this.#goneCallbacks.size > 0) {
      return this.arm("half-closed", HALF_CLOSED_GRACE);
    }
    this.phase = "nothing";
    this.#deadline = Infinity;
  }

  expire(): void {
    if (this.#bodyDeadline <= this.#deadline) {
      this.#bodyDeadline = Infinity;
      this.#bodyWaiter?.("late");
      return;
    }
    const phase = this.phase;
    this.phase = "nothing";
    this.#deadline = Infinity;
    if (phase === "head") this.onHeadTimeout();
    else this.close();
  }

  /**
   * Reads once into the buffer. There is only ever one read under way; whoever asks meanwhile gets its result.
   *
   * @param minimum bytes of room to read into
   */
  read(minimum: number): Promise<ReadResult> {
    return this.#reading ??= this.#startReading(minimum);
  }

  /** Reads a piece of a body. @throws {PeerError} 408 when timeouts.body is over. @throws {GoneError} */
  async readBody(minimum: number): Promise<void> {
    const reading = this.read(minimum);
    const late = new Promise<ReadResult>((resolve) => this.#bodyWaiter = resolve);
    this.#bodyDeadline = this.context.deadlines.in(this.context.timeouts.body);
    const result = await Promise.race([reading, late]);
    this.#bodyWaiter = undefined;
    this.#bodyDeadline = Infinity;
    if (result === "late") {
      this.stalled = true;
      throw new PeerError(408, "The body stalled for longer than timeouts.body");
    }
    if (result === "gone") throw new GoneError();
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

  /** The exchange is over; reading is somebody else's again. */
  unwatch(): void {
    this.#watching = false;
  }

  /** Writes everything. @throws {GoneError} if the client leaves or takes nothing for timeouts.send. */
  write(bytes: Uint8Array): Promise<void> {
    if (this.gone) return Promise.reject(new GoneError());
    this.arm("send", this.context.timeouts.send);
    return this.connection.write(bytes).then(
      (count) => count < bytes.length ? this.#writeRest(bytes.subarray(count)) : this.disarm(),
      this.#onWriteFailure,
    );
  }

  /** Calls back once when the client leaves; the returned function takes it back. */
  onGone(callback: () => void): () => void {
    if (this.gone) queueMicrotask(callback);
    else (this.#goneCallbacks ??= new Set()).add(callback);
    if (this.ended && this.phase === "nothing") this.disarm();
    return () => this.#goneCallbacks?.delete(callback);
  }

  /**
   * Ends our side and gives the client some time to read the answer: closing at once would reset the connection, and
   * an answer still under way would be lost (RFC 9112 section 9.6).
   *
   * @param milliseconds at most
   * @param bytes that are read and dropped at most
   */
  async linger(milliseconds: number, bytes: number): Promise<void> {
    if (this.gone) return;
    this.arm("lingering", milliseconds);
    try {
      await this.connection.closeWrite();
    } catch {
      // The client was faster; close() is all that is left to do.
      return;
    }
    let dropped = this.buffer.length;
    this.buffer.consume(this.buffer.length);
    while (dropped <= bytes && await this.read(16 * 1024) === "bytes") {
      dropped += this.buffer.length;
      this.buffer.consume(this.buffer.length);
    }
  }

  close(): void {
    if (this.gone) return;
    this.gone = true;
    this.context.deadlines.delete(this);
    this.connection.close();
    this.#bodyWaiter?.("gone");
    if (!this.#goneCallbacks) return;
    for (const callback of this.#goneCallbacks) callback();
    this.#goneCallbacks.clear();
  }

  async #watch(): Promise<void> {
    while (this.#watching && this.buffer.length < READ_AHEAD) {
      if (await this.read(SMALLEST_READ) !== "bytes") return;
    }
  }

  /** A loop, and no further callbacks: a client may take a little at a time of much. */
  async #writeRest(bytes: Uint8Array): Promise<void> {
    try {
      for (let rest = bytes; rest.length > 0;) {
        this.arm("send", this.context.timeouts.send);
        rest = rest.subarray(await this.connection.write(rest));
      }
    } catch {
      this.#onWriteFailure();
    }
    this.disarm();
  }

  #startReading(minimum: number): Promise<ReadResult> {
    if (this.gone) return Promise.resolve("gone");
    if (this.ended) return Promise.resolve("ended");
    return this.connection.read(this.buffer.writable(minimum)).then(this.#onRead, this.#onReadFailure);
  }

  // PERF: callbacks instead of functions that wait: every connection that is idle would keep their frames, and every
  // request would go through them twice.
  readonly #onRead = (count: number | null): ReadResult => {
    this.#reading = undefined;
    if (count === null) {
      this.ended = true;
      if (this.phase === "nothing") this.disarm();
      return "ended";
    }
    this.buffer.commit(count);
    return "bytes";
  };

  /** A reset, or our own close(). */
  readonly #onReadFailure = (): ReadResult => {
    this.#reading = undefined;
    this.close();
    return "gone";
  };

  /** Whatever the system says, it means that nothing can be sent any more. */
  readonly #onWriteFailure = (): never => {
    this.close();
    throw new GoneError();
  };
}

/**
 * One connection to an upstream: its bytes, and what HTTP/1.1 says of them.
 *
 * @module
 */
import { ClientConnection } from "../http1/client_connection.ts";
import type { WireLimits } from "../http1/limits.ts";
import type { Duplex } from "../ports.ts";

/** What a kept connection has room for: most small answers, whole. */
const IDLE_READ = 8 * 1024;

const WRITTEN = Promise.resolve();

/** Owns the stream of bytes. */
export class UpstreamConnection {
  readonly http: ClientConnection;
  /** It is closed, or broken: nothing more comes. */
  isClosed = false;
  /** On the monotonic clock: a connection that is idle is not kept for longer. */
  keptUntil = Infinity;
  #reading: Promise<void> | undefined;
  #writing: Promise<void> | undefined;
  /**
   * SECURITY: a reset is told to whoever notices it first, and that may be a write: the read behind it finds an end like any
   * other. What would end with the connection may have been cut.
   */
  #isReset = false;
  #onUnasked: ((connection: UpstreamConnection) => void) | undefined;

  constructor(readonly stream: Duplex, limits: WireLimits) {
    this.http = new ClientConnection(limits);
  }

  /**
   * Reads while nothing is asked for: what comes then is the connection's end, or junk.
   *
   * PERF: once something is asked for it is the first read of the answer, so it costs nothing.
   */
  watch(onUnasked: (connection: UpstreamConnection) => void): void {
    this.#onUnasked = onUnasked;
    void this.receive(IDLE_READ);
  }

  /** Something is going to be asked for. */
  unwatch(): void {
    this.#onUnasked = undefined;
  }

  /**
   * Waits until more has been received, or the peer has ended its side, or broken off. There is one read at a
   * time: whoever asks meanwhile waits for it.
   *
   * @param minimum bytes of room to read into
   */
  receive(minimum: number): Promise<void> {
    return this.#reading ??= this.stream.read(this.http.buffer.writable(minimum)).then(
      this.#onRead,
      this.#onEnd,
    );
  }

  /** Writes everything, after what is being written. @throws {Error} if the peer takes nothing more */
  write(bytes: Uint8Array): Promise<void> {
    if (this.#writing !== undefined) {
      return this.#writing.then(() => this.write(bytes), () => this.write(bytes));
    }
    return this.#writing = this.stream.write(bytes).then(
      (count) => {
        if (count < bytes.length) return this.#writeRest(bytes.subarray(count));
        return void (this.#writing = undefined);
      },
      this.#onWriteFailure,
    );
  }

  /** Resolves once nothing is being written, be it that the peer takes nothing more. */
  get written(): Promise<void> {
    return this.#writing?.catch(() => {}) ?? WRITTEN;
  }

  /** SECURITY: its buffer is given to nobody else, since an answer may still be made of pieces of it. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.stream.close();
  }

  async #writeRest(bytes: Uint8Array): Promise<void> {
    try {
      for (let rest = bytes; rest.length > 0;) rest = rest.subarray(await this.stream.write(rest));
    } catch (error) {
      this.#isReset = true;
      throw error;
    } finally {
      this.#writing = undefined;
    }
  }

  // PERF: made once for each connection.
  readonly #onRead = (count: number | null): void => {
    this.#reading = undefined;
    if (count === null) this.http.endOfInput(!this.#isReset);
    else this.http.buffer.commit(count);
    this.#onUnasked?.(this);
  };

  readonly #onEnd = (): void => {
    this.#reading = undefined;
    this.http.endOfInput(false);
    this.#onUnasked?.(this);
  };

  readonly #onWriteFailure = (error: unknown): never => {
    this.#isReset = true;
    this.#writing = undefined;
    throw error;
  };
}

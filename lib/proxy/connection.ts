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

/** Owns the stream of bytes. */
export class UpstreamConnection {
  readonly http: ClientConnection;
  /** It is closed, or broken: nothing more comes. */
  isClosed = false;
  /** What is written now, one after the other. */
  #writing: Promise<void> | undefined;
  #reading: Promise<void> | undefined;

  constructor(readonly stream: Duplex, limits: WireLimits) {
    this.http = new ClientConnection(limits);
  }

  /** What is read while nothing is asked for: the end of the connection, or the answer to what is asked next. */
  watch(onChange: () => void): void {
    void this.receive(IDLE_READ).then(onChange);
  }

  /**
   * Waits until more has been received, or the peer has ended its side; a reset counts as that. There is one read at a
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
    if (this.#writing !== undefined) return this.#writing.then(() => this.write(bytes));
    const writing = this.#writeAll(bytes);
    this.#writing = writing.catch(() => {}).then(() => this.#writing = undefined);
    return writing;
  }

  /** SECURITY: its buffer is given to nobody else, since an answer may still be made of pieces of it. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.stream.close();
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    for (let rest = bytes; rest.length > 0;) rest = rest.subarray(await this.stream.write(rest));
  }

  readonly #onRead = (count: number | null): void => {
    this.#reading = undefined;
    if (count === null) this.http.endOfInput();
    else this.http.buffer.commit(count);
  };

  readonly #onEnd = (): void => {
    this.#reading = undefined;
    this.http.endOfInput();
  };
}

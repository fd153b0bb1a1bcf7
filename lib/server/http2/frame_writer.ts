/**
 * The one writer of a connection: whatever frames there are leave together, one write at a time.
 *
 * @module
 */
import type { ServerConnection } from "../../http2/connection.ts";
import type { ByteStream } from "../byte_stream.ts";
import { noteFailure } from "../failures.ts";

/** Who has something to be sent. */
export interface FrameSource {
  /** This stream's offer has been put into frames whole. */
  drained(stream: number): void;
  /** Everything has been written, or waits for windows. */
  flushed(): void;
}

/** Writes the frames of one connection. */
export class FrameWriter {
  readonly #http: ServerConnection;
  readonly #bytes: ByteStream;
  readonly #source: FrameSource;
  #isWriting = false;
  #isWaking = false;
  /** One small buffer was not enough for what there was. */
  #isBulk = false;

  constructor(http: ServerConnection, bytes: ByteStream, source: FrameSource) {
    this.#http = http;
    this.#bytes = bytes;
    this.#source = source;
  }

  get isWriting(): boolean {
    return this.#isWriting;
  }

  /** Writes soon: what comes within the same row of microtasks leaves together. */
  wake(): void {
    if (this.#isWriting || this.#isWaking) return;
    this.#isWaking = true;
    queueMicrotask(this.#onWake);
  }

  /** Writes what there is; a write that is under way goes on with it. */
  flush(): void {
    if (this.#isWriting || this.#bytes.gone) return;
    if (!this.#http.hasOutput) return this.#source.flushed();
    const { context } = this.#bytes;
    const pool = this.#isBulk ? context.bodyBuffers(undefined) : context.smallBuffers;
    const buffer = pool.take();
    const count = this.#http.fill(buffer);
    if (count === 0) {
      pool.give(buffer);
      return this.#source.flushed();
    }
    this.#isWriting = true;
    this.#isBulk = this.#isBulk ? count > context.smallBuffers.size : this.#http.hasOutput;
    this.#bytes.write(count === buffer.length ? buffer : buffer.subarray(0, count)).then(() => {
      this.#isWriting = false;
      pool.give(buffer);
      this.#goOn();
    }, () => {
      // The stream is closed, and has told everybody.
      this.#isWriting = false;
      pool.lose();
    });
    const { drained } = this.#http;
    for (let i = 0; i < drained.length; i++) this.#source.drained(drained[i]!);
  }

  readonly #onWake = () => {
    this.#isWaking = false;
    this.#goOn();
  };

  /** As flush(), from where nobody would hear of a fault of ours: it costs this connection, and no other. */
  #goOn(): void {
    try {
      this.flush();
    } catch (error) {
      noteFailure(error, this.#bytes.context.errorLog);
      this.#bytes.close();
    }
  }
}

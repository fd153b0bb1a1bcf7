/**
 * One connection to a FastCGI server: one request at a time on it.
 *
 * @module
 */
import { BufferPool } from "../bytes/buffer_pool.ts";
import type { Duplex } from "../ports.ts";
import { LARGEST_PIECE, RequestWriter } from "./request_writer.ts";
import { type ResponseEvent, ResponseReader } from "./response_reader.ts";

/** Bytes that are read at a time: a record of the largest size. */
const READ = 64 * 1024;

const buffers = new BufferPool(READ, 16);

/** Owns the stream. */
export class FastcgiConnection {
  /** Times of a clock that never goes back, in milliseconds. */
  readonly opened: number;
  /** It has been given out for a request, and this says when among those of its server. */
  order = 0;
  /** When that was over. */
  rested = 0;
  /** When another one was closed so that this one would be accepted, as long as nothing has come. */
  admitted: number | undefined;
  /** Requests that it has had. */
  requests = 0;
  readonly #stream: Duplex;
  readonly #writer = new RequestWriter();
  readonly #reader = new ResponseReader();
  readonly #buffer = buffers.take();
  /** Bytes that are on their way already: whoever waits for them next gets them. */
  #reading: Promise<number | null> | undefined;
  #isWriting = false;
  #isOpen = true;

  constructor(stream: Duplex, now: number) {
    this.#stream = stream;
    this.opened = now;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Sends all of a request but its content. Rejects where the connection is broken. */
  begin(environment: Readonly<Record<string, string>>, hasContent: boolean): Promise<void> {
    this.requests++;
    const bytes = this.#writer.begin(environment, hasContent);
    this.#reader.begin(this.#writer.id);
    return this.#write(bytes);
  }

  /** Sends a piece of its content, and the end with it. Rejects where the connection is broken. */
  async content(piece: Uint8Array, isLast: boolean): Promise<void> {
    let at = 0;
    do {
      const end = Math.min(at + LARGEST_PIECE, piece.length);
      await this.#write(this.#writer.content(piece.subarray(at, end), isLast && end === piece.length));
      at = end;
    } while (at < piece.length);
  }

  /** What the server has said. @throws {FastcgiFault} */
  next(): ResponseEvent {
    return this.#reader.next();
  }

  /** Waits for more to be said; false where nothing will be. Rejects where the connection is broken. */
  async receive(): Promise<boolean> {
    const count = await this.#read();
    this.#reading = undefined;
    if (count === null) return false;
    this.#reader.receive(this.#buffer.subarray(0, count));
    return true;
  }

  /** Its last request has gone out and has been answered, and nothing else has come. */
  get isClean(): boolean {
    return this.#reader.isClean && !this.#isWriting;
  }

  /** Nothing is asked. @param onBroken called at most once, if the server ends it, or says something nevertheless */
  rest(onBroken: () => void, now: number): void {
    this.rested = now;
    const { requests } = this;
    const broken = () => {
      if (this.requests === requests && this.#isOpen) onBroken();
    };
    this.#read().then(broken, broken);
  }

  /** Whoever waits for it is rejected. Closing twice is allowed. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    // The system may still be writing into it.
    if (this.#reading === undefined) buffers.give(this.#buffer);
    else {
      buffers.lose();
      this.#reading.catch(() => {});
    }
    this.#stream.close();
  }

  #read(): Promise<number | null> {
    return this.#reading ??= this.#stream.read(this.#buffer);
  }

  async #write(bytes: Uint8Array): Promise<void> {
    this.#isWriting = true;
    for (let at = 0; at < bytes.length;) at += await this.#stream.write(bytes.subarray(at));
    this.#isWriting = false;
  }
}

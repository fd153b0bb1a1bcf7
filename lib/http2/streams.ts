/**
 * The streams of a connection, from their request to their end (RFC 9113 section 5.1), and the window that they share.
 *
 * @module
 */
import type { Calm } from "./calm.ts";
import { ClosedStreams } from "./closed_streams.ts";
import type { ErrorCode } from "./error_codes.ts";
import type { Outbox } from "./outbox.ts";
import type { StreamState } from "./state.ts";
import { Stream } from "./stream.ts";
import { CONNECTION_WINDOW, LARGE_STREAM_WINDOW, ReceiveWindow } from "./windows.ts";

/** Those that last, and how the last ones ended. */
export class Streams {
  /** By number, in the order in which they began. */
  readonly live: Map<number, Stream> = new Map();
  /** The greatest number that the peer has used. */
  last = 0;
  /** The last one that has ended. */
  #ended: Stream | undefined;
  readonly #closed = new ClosedStreams();
  readonly #window = new ReceiveWindow(CONNECTION_WINDOW);
  readonly #outbox: Outbox;
  readonly #calm: Calm;

  constructor(outbox: Outbox, calm: Calm) {
    this.#outbox = outbox;
    this.#calm = calm;
    this.giveBack(0);
  }

  stateOf(id: number): StreamState {
    const stream = this.live.get(id);
    if (stream !== undefined) return stream.state;
    // Even numbers would be ours, and we begin no stream.
    if (id > this.last || id % 2 === 0) return "idle";
    return this.#closed.stateOf(id);
  }

  /** One that lasts, or was the last to end. */
  known(id: number): Stream | undefined {
    return this.live.get(id) ?? (this.#ended?.id === id ? this.#ended : undefined);
  }

  begin(id: number, sendWindow: number): Stream {
    const stream = new Stream(id, sendWindow);
    stream.does("request");
    this.live.set(id, stream);
    return stream;
  }

  /** The request is whole. */
  endRequest(stream: Stream): void {
    stream.does("end of request");
    if (stream.isOver) this.#remove(stream);
  }

  /** The answer is whole. */
  endResponse(stream: Stream): void {
    stream.does("end of response");
    this.#calm.answered();
    if (stream.isOver) this.#remove(stream);
    else if (stream.isEnough) this.reset(stream, 0);
  }

  /** Ends a stream with RST_STREAM. */
  reset(stream: Stream, code: ErrorCode): void {
    stream.does("RST_STREAM sent");
    this.#outbox.control.rstStream(stream.id, code);
    this.#remove(stream);
  }

  /** The same for one that does not last, whatever it is: its frames are ignored from now on. */
  refuse(id: number, code: ErrorCode): void {
    this.#outbox.control.rstStream(id, code);
    this.ignore(id);
  }

  /** Frames of a stream that does not last are ignored from now on. */
  ignore(id: number): void {
    this.#closed.change(id, "reset sent");
  }

  /** The peer has ended a stream with RST_STREAM. */
  resetByPeer(stream: Stream): void {
    stream.does("RST_STREAM received");
    this.#remove(stream);
  }

  /** All are over. */
  clear(): void {
    for (const stream of this.live.values()) this.#outbox.drop(stream);
    this.live.clear();
  }

  /** The peer has sent so much content and padding. False if the connection's window did not allow it. */
  take(count: number): boolean {
    return this.#window.take(count);
  }

  /** So much of it is gone: the connection's window is open again. */
  giveBack(count: number): void {
    const increment = this.#window.give(count);
    if (increment > 0) this.#outbox.control.windowUpdate(0, increment);
  }

  /** So much of a stream's content, or padding, is gone: both windows are open again. */
  giveBackOf(stream: Stream, count: number): void {
    this.giveBack(count);
    if (!stream.isReceiving) return;
    const increment = stream.window.give(count);
    if (increment > 0) this.#outbox.control.windowUpdate(stream.id, increment);
  }

  /** More of a stream's content may be unread. */
  enlarge(stream: Stream): void {
    if (!stream.isReceiving) return;
    const increment = stream.window.grow(LARGE_STREAM_WINDOW);
    if (increment > 0) this.#outbox.control.windowUpdate(stream.id, increment);
  }

  #remove(stream: Stream): void {
    this.#outbox.drop(stream);
    this.live.delete(stream.id);
    this.#ended = stream;
    this.#closed.add(stream.id, stream.state);
    if (stream.unread > 0) this.giveBack(stream.unread);
    stream.unread = 0;
  }
}

/**
 * One HTTP/2 connection as seen by the server, after RFC 9113: bytes go in, events come out, and frames to be sent are
 * taken by fill(). It knows no socket, clock or file. Whatever way the bytes are cut, the events are the same (but for
 * how content is cut into Data).
 *
 * @module
 */
import { ReceiveBuffer } from "../bytes/receive_buffer.ts";
import { FieldBlock } from "../http/fields.ts";
import { Calm, tooMuch } from "./calm.ts";
import { ConnectionFault } from "./connection_fault.ts";
import { type ConnectionError, ErrorCode } from "./error_codes.ts";
import { CLOSED, type Event, NEED_DATA } from "./events.ts";
import { MAX_31_BITS } from "./frames.ts";
import type { Http2Limits } from "./limits.ts";
import { Outbox } from "./outbox.ts";
import { Setting } from "./peer_settings.ts";
import { Receiver } from "./receiver.ts";
import type { ResponseHead } from "./response_head.ts";
import { Streams } from "./streams.ts";

export type { ResponseHead } from "./response_head.ts";

/** What a server may speak besides. */
export interface ServerOptions {
  /** Announces extended CONNECT (RFC 8441). */
  readonly extendedConnect?: boolean;
}

/** `leaving`: no new streams, what runs is finished. `closing`: fill() gives what is left, then the connection ends. */
export type ConnectionState = "open" | "leaving" | "closing";

/** The smallest buffer for fill(). */
export const SMALLEST_FILL = 1024;

/**
 * Bytes of frames that a peer may have us queue for it (acknowledgements, ends of streams). Who reads what it is sent
 * never has a tenth of it waiting.
 */
const MOST_QUEUED = 16 * 1024;

/** Of the PING of a graceful end. */
const PING_PAYLOAD = new Uint8Array(8);

/** The server's side of one connection. Calls that name a stream which is over do nothing. */
export class ServerConnection {
  /** Received bytes: whoever reads the socket fills its writable() and commits. */
  readonly buffer: ReceiveBuffer = new ReceiveBuffer();
  readonly #streams: Streams;
  readonly #outbox: Outbox;
  readonly #receiver: Receiver;
  #error: ConnectionError | undefined;
  #inputEnded = false;
  #isLeaving = false;

  constructor(limits: Http2Limits, { extendedConnect = false }: ServerOptions = {}) {
    const calm = new Calm(limits.streams);
    const outbox = this.#outbox = new Outbox(calm, (stream) => this.#streams.endResponse(stream));
    outbox.control.settings([
      [Setting.MaxConcurrentStreams, limits.streams],
      [Setting.NoRfc7540Priorities, 1],
      ...extendedConnect ? [[Setting.EnableConnectProtocol, 1] as const] : [],
    ]);
    const streams = this.#streams = new Streams(outbox, calm);
    this.#receiver = new Receiver({
      limits,
      buffer: this.buffer,
      streams,
      outbox,
      calm,
      mayExtend: extendedConnect,
    });
  }

  get state(): ConnectionState {
    if (this.#error !== undefined) return "closing";
    if (this.#inputEnded) return this.openStreams === 0 ? "closing" : "leaving";
    return this.#isLeaving || this.#receiver.isPeerLeaving ? "leaving" : "open";
  }

  /** Why the whole connection is over, once it is. */
  get error(): ConnectionError | undefined {
    return this.#error;
  }

  /** Streams that are neither over nor idle. */
  get openStreams(): number {
    return this.#streams.live.size;
  }

  /**
   * True if the preface with its SETTINGS, a header block or the head of a frame is not whole. The preface need not have
   * begun.
   */
  get isInHead(): boolean {
    return !this.#receiver.hasSettings || this.#receiver.heads.block.isOpen || this.buffer.length > 0;
  }

  /** True if fill() would give something. */
  get hasOutput(): boolean {
    return this.#outbox.hasOutput;
  }

  /** Streams whose offer the last fill() took whole, in that order; valid until the next fill(). */
  get drained(): readonly number[] {
    return this.#outbox.drained;
  }

  /** Takes received bytes; for those who do not fill the buffer themselves. */
  receive(bytes: Uint8Array): void {
    this.buffer.append(bytes);
  }

  /** What came next. Never throws for what a peer did. */
  next(): Event {
    try {
      while (this.#error === undefined) {
        const event = this.#receiver.next();
        if (event === null) return this.#inputEnded ? this.#afterInput() : NEED_DATA;
        if (this.#outbox.control.length > MOST_QUEUED) {
          throw tooMuch("What is answered to frames is not read");
        }
        if (event !== undefined) return event;
      }
    } catch (error) {
      if (!(error instanceof ConnectionFault)) throw error;
      this.#fail(error);
    }
    this.buffer.consume(this.buffer.length);
    return CLOSED;
  }

  /** The peer will send nothing more. Requests that are not whole are over; then comes CLOSED. */
  endOfInput(): void {
    this.#inputEnded = true;
  }

  /** Queues an interim response; nothing if the final one is queued already. Whoever sends many bounds their number. */
  inform(id: number, status: number, fields: FieldBlock = FieldBlock.EMPTY): void {
    const stream = this.#streams.live.get(id);
    if (stream !== undefined) this.#outbox.inform(stream, status, fields);
  }

  /**
   * Queues the head of the response. With `endsStream` it has no content, and the stream does not come in `drained`. A
   * status of 2xx makes a tunnel of an extended CONNECT (RFC 8441 section 5).
   */
  respond(id: number, head: ResponseHead, endsStream: boolean): void {
    const stream = this.#streams.live.get(id);
    if (stream !== undefined) this.#outbox.respond(stream, head, endsStream);
  }

  /**
   * Content to be sent behind the head, held by reference until the stream is in `drained`: one offer at a time. With
   * `endsStream` it is the last one, and may be empty.
   */
  offer(id: number, bytes: Uint8Array, endsStream: boolean): void {
    const stream = this.#streams.live.get(id);
    if (stream !== undefined) this.#outbox.offer(stream, bytes, endsStream);
  }

  /**
   * RST_STREAM. With NO_ERROR the answer, whose end must be queued already, is sent first: the peer need not send the
   * rest of its request (RFC 9113 section 8.1). With any other code what was queued is dropped.
   */
  reset(id: number, code: ErrorCode): void {
    const stream = this.#streams.live.get(id);
    if (stream === undefined) return;
    if (code === ErrorCode.NoError && stream.ends && stream.isSending) stream.isEnough = true;
    else this.#streams.reset(stream, code);
  }

  /** So much of the stream's received content is no longer held. */
  consumed(id: number, count: number): void {
    const stream = this.#streams.live.get(id);
    if (stream === undefined) return;
    const known = Math.min(count, stream.unread);
    stream.unread -= known;
    this.#streams.giveBackOf(stream, known);
  }

  /** Somebody reads this content now: 256 KiB of it may be unread instead of 64. */
  wantMore(id: number): void {
    const stream = this.#streams.live.get(id);
    if (stream !== undefined) this.#streams.enlarge(stream);
  }

  /**
   * GOAWAY. As first of a graceful end with `most` 2^31-1, and a PING behind it (see PING_ACKNOWLEDGED); without `most`
   * with the last stream that was taken up, and later ones are ignored. With a code other than NO_ERROR the connection
   * is over at once.
   */
  goAway(code: ErrorCode, most?: number): void {
    if (this.#error !== undefined) return;
    if (code !== ErrorCode.NoError) return this.#fail({ code, reason: "" });
    this.#isLeaving = true;
    const { control } = this.#outbox;
    if (most !== undefined) {
      control.goAway(most, code, "");
      control.ping(0, PING_PAYLOAD);
      this.#receiver.pings++;
    } else if (this.#receiver.heads.most === MAX_31_BITS) {
      this.#receiver.heads.most = this.#streams.last;
      control.goAway(this.#streams.last, code, "");
    }
  }

  /**
   * Puts what is to be sent into the buffer, from its start: frames of the connection, heads, then content by priority
   * and turn.
   *
   * @param buffer of SMALLEST_FILL bytes at least
   * @returns bytes that were put; 0 if there is nothing, or no window
   */
  fill(buffer: Uint8Array): number {
    const count = this.#outbox.fill(buffer);
    if (this.#outbox.isWornOut && this.#error === undefined) {
      this.#fail(tooMuch("Too many windows of a few bytes"));
    }
    return count;
  }

  /** Streams that have content to be sent and no window for it, their own or the connection's. */
  *blockedStreams(): Iterable<number> {
    for (const stream of this.#streams.live.values()) {
      if (stream.waiting > 0 && (stream.sendWindow <= 0 || this.#outbox.window <= 0)) yield stream.id;
    }
  }

  /** Bytes of content that have been sent on a stream, also on the one that was the last to end. */
  sentOf(id: number): number {
    return this.#streams.known(id)?.allSent ?? 0;
  }

  /** What the peer lets us send on a stream, whatever it lets us send on the connection; 0 and below is nothing. */
  windowOf(id: number): number {
    return this.#streams.live.get(id)?.sendWindow ?? 0;
  }

  /** What is not whole will never be. */
  #afterInput(): Event {
    for (const stream of this.#streams.live.values()) {
      if (!stream.isReceiving) continue;
      this.#streams.resetByPeer(stream);
      return { type: "reset", stream: stream.id, code: ErrorCode.Cancel, byPeer: true };
    }
    return CLOSED;
  }

  /** Section 5.4.1. */
  #fail(error: ConnectionError): void {
    this.#error = { code: error.code, reason: error.reason };
    this.#streams.clear();
    this.#outbox.control.goAway(this.#streams.last, error.code, error.reason);
  }
}

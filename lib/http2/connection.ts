/**
 * One HTTP/2 connection as seen by the server, after RFC 9113: bytes go in, events come out, and frames to be sent are
 * taken by fill(). It knows no socket, clock or file. Whatever way the bytes are cut, the events are the same (but for
 * how content is cut into Data).
 *
 * @module
 */
import { ReceiveBuffer } from "../bytes/receive_buffer.ts";
import type { FieldBlock } from "../http/fields.ts";
import type { ConnectionError, ErrorCode } from "./error_codes.ts";
import { type Event, NEED_DATA } from "./events.ts";
import type { Http2Limits } from "./limits.ts";

/** The head of a final response. */
export interface ResponseHead {
  readonly status: number;
  /** Without those of the framing, Date and Server; fields that HTTP/2 does not have (RFC 9113 section 8.2.2) are left out. */
  readonly fields: FieldBlock;
  /** For content-length; undefined sends none. */
  readonly length: number | undefined;
  /** Wall-clock milliseconds, for Date. */
  readonly now: number;
}

/** What a server may speak besides. */
export interface ServerOptions {
  /** Announces extended CONNECT (RFC 8441). */
  readonly extendedConnect?: boolean;
}

/** `leaving`: no new streams, what runs is finished. `closing`: fill() gives what is left, then the connection ends. */
export type ConnectionState = "open" | "leaving" | "closing";

/** The smallest buffer for fill(). */
export const SMALLEST_FILL = 1024;

/** The server's side of one connection. Calls that name a stream which is over do nothing. */
export class ServerConnection {
  /** Received bytes: whoever reads the socket fills its writable() and commits. */
  readonly buffer: ReceiveBuffer = new ReceiveBuffer();
  /** Streams whose offer the last fill() took whole, in that order; valid until the next fill(). */
  readonly drained: readonly number[] = [];

  constructor(readonly limits: Http2Limits, readonly options: ServerOptions = {}) {}

  get state(): ConnectionState {
    return "open";
  }

  /** Which rule of the connection the peer broke, once it has. */
  get error(): ConnectionError | undefined {
    return undefined;
  }

  /** Streams that are neither over nor idle. */
  get openStreams(): number {
    return 0;
  }

  /** True if the preface, a header block or a frame has begun to come but is not whole. */
  get isInHead(): boolean {
    return false;
  }

  /** True if fill() would give something. */
  get hasOutput(): boolean {
    return false;
  }

  /** Takes received bytes; for those who do not fill the buffer themselves. */
  receive(bytes: Uint8Array): void {
    this.buffer.append(bytes);
  }

  /** What came next. Never throws for what a peer did. */
  next(): Event {
    return NEED_DATA;
  }

  /** The peer will send nothing more. What it has sent is told before CLOSED. */
  endOfInput(): void {}

  /** Queues an interim response; nothing if the final one is queued already. */
  inform(_stream: number, _status: 100): void {}

  /** Queues the head of the response. With `endsStream` it has no content, and the stream does not come in `drained`. */
  respond(_stream: number, _head: ResponseHead, _endsStream: boolean): void {}

  /**
   * Content to be sent behind the head, held by reference until the stream is in `drained`: one offer at a time. With
   * `endsStream` it is the last one, and may be empty.
   */
  offer(_stream: number, _bytes: Uint8Array, _endsStream: boolean): void {}

  /**
   * RST_STREAM. With NO_ERROR the answer, whose end must be queued already, is sent first: the peer need not send the
   * rest of its request (RFC 9113 section 8.1). With any other code what was queued is dropped.
   */
  reset(_stream: number, _code: ErrorCode): void {}

  /** So much of the stream's received content is no longer held. */
  consumed(_stream: number, _count: number): void {}

  /** Somebody reads this content now: 256 KiB of it may be unread instead of 64. */
  wantMore(_stream: number): void {}

  /**
   * GOAWAY. As first of a graceful end with `most` 2^31-1, and a PING behind it (see PING_ACKNOWLEDGED); without `most`
   * with the last stream that was taken up, and later ones are ignored. With a code other than NO_ERROR the connection
   * is over at once.
   */
  goAway(_code: ErrorCode, _most?: number): void {}

  /**
   * Puts what is to be sent into the buffer, from its start: frames of the connection, heads, then content by priority
   * and turn.
   *
   * @param buffer of SMALLEST_FILL bytes at least
   * @returns bytes that were put; 0 if there is nothing, or no window
   */
  fill(_buffer: Uint8Array): number {
    return 0;
  }

  /** Streams that have something to be sent and no window for it, their own or the connection's. */
  blockedStreams(): Iterable<number> {
    return [];
  }
}

/**
 * What each frame of a client means: RFC 9113 section 6, RFC 9218 section 7. What breaks a rule of a stream ends that
 * stream, what breaks one of the connection is thrown.
 *
 * @module
 */
import type { ReceiveBuffer } from "../bytes/receive_buffer.ts";
import { decodeLatin1 } from "../bytes/latin1.ts";
import { HttpError } from "../http/errors.ts";
import type { Calm } from "./calm.ts";
import { ConnectionFault, frameSizeError, protocolError } from "./connection_fault.ts";
import { EarlyPriorities } from "./early_priorities.ts";
import { ErrorCode } from "./error_codes.ts";
import {
  type Event,
  PING_ACKNOWLEDGED,
  type RefusalEvent,
  type RequestEvent,
  type ResetEvent,
} from "./events.ts";
import { FrameReader } from "./frame_reader.ts";
import { Flag, FrameType, MAX_31_BITS, readUint31, readUint32 } from "./frames.ts";
import { HeaderBlock } from "./header_block.ts";
import type { Http2Limits } from "./limits.ts";
import type { Outbox } from "./outbox.ts";
import { PeerSettings, SETTING } from "./peer_settings.ts";
import { parsePriority } from "./priority.ts";
import { checkTrailers, Malformed, readRequest } from "./request.ts";
import { RECEIVED, type StreamFrame } from "./state.ts";
import type { Stream } from "./stream.ts";
import type { Streams } from "./streams.ts";

/** Bytes of the payload of PING, PRIORITY, RST_STREAM and WINDOW_UPDATE, and of GOAWAY at least. */
const PING = 8, PRIORITY = 5, RST_STREAM = 4, WINDOW_UPDATE = 4, GOAWAY = 8;

/** What a receiver works with. */
export interface ReceiverParts {
  readonly limits: Http2Limits;
  readonly buffer: ReceiveBuffer;
  readonly streams: Streams;
  readonly outbox: Outbox;
  readonly calm: Calm;
  /** Extended CONNECT was announced. */
  readonly mayExtend: boolean;
}

/** The receiving half of a connection. */
export class Receiver {
  /** Streams above this number are not taken up any more. */
  most: number = MAX_31_BITS;
  /** The peer has said that it will leave. */
  isPeerLeaving = false;
  /** The preface with its SETTINGS has come. */
  hasSettings = false;
  /** PINGs of ours that were not acknowledged. */
  pings = 0;
  readonly #reader: FrameReader;
  readonly #block: HeaderBlock;
  readonly #settings = new PeerSettings();
  readonly #priorities: EarlyPriorities;
  readonly #parts: ReceiverParts;
  /** Of the DATA that is being received: bytes of content and padding still to come, and whether it is the last one. */
  #content = 0;
  #padding = 0;
  #isLastContent = false;
  #contentOf: Stream | undefined;
  /** PERF: one object for all pieces. */
  readonly #data = { type: "data" as const, stream: 0, bytes: new Uint8Array() };

  constructor(parts: ReceiverParts) {
    this.#parts = parts;
    this.#reader = new FrameReader(parts.buffer);
    this.#block = new HeaderBlock(parts.limits);
    this.#priorities = new EarlyPriorities(parts.limits.streams);
  }

  /** A header block has begun and is not whole. */
  get isInBlock(): boolean {
    return this.#block.isOpen;
  }

  /**
   * Takes the next frame, or the next piece of content. Undefined: it gives no event; null: more bytes are needed.
   *
   * @throws {ConnectionFault}
   */
  next(): Event | undefined | null {
    if (this.#contentOf !== undefined) return this.#nextContent(this.#contentOf);
    return this.#reader.next() ? this.#frame() : null;
  }

  #frame(): Event | undefined {
    const { type, flags, stream } = this.#reader;
    if (this.#block.isOpen && (type !== FrameType.Continuation || stream !== this.#block.stream)) {
      throw protocolError("A header block is interrupted");
    }
    if (!this.hasSettings && (type !== FrameType.Settings || flags & Flag.Ack)) {
      throw protocolError("The first frame is not SETTINGS");
    }
    switch (type) {
      case FrameType.Data:
        return this.#dataFrame();
      case FrameType.Headers:
        return this.#headers();
      case FrameType.Priority:
        return this.#priority();
      case FrameType.RstStream:
        return this.#rstStream();
      case FrameType.Settings:
        return this.#settingsFrame();
      case FrameType.PushPromise:
        throw protocolError("A client sends PUSH_PROMISE");
      case FrameType.Ping:
        return this.#ping();
      case FrameType.GoAway:
        return this.#goAway();
      case FrameType.WindowUpdate:
        return this.#windowUpdate();
      case FrameType.Continuation:
        return this.#continuation();
      case FrameType.PriorityUpdate:
        return this.#priorityUpdate();
      default:
        this.#parts.calm.frame(this.#reader.length);
        return undefined;
    }
  }

  // --- DATA: section 6.1 ---

  #dataFrame(): Event | undefined {
    const { flags, stream: id, length, start } = this.#reader;
    const { buffer, streams, calm } = this.#parts;
    if (id === 0) throw protocolError("DATA names no stream");
    let padding = 0;
    if (flags & Flag.Padded) {
      if (length === 0) throw frameSizeError("DATA has no room for the length of its padding");
      padding = 1 + buffer.bytes[start]!;
      if (padding > length) throw protocolError("The padding of DATA is longer than the frame");
    }
    const isTaken = this.#isTaken("DATA", id);
    if (!streams.take(length)) {
      throw new ConnectionFault(ErrorCode.FlowControlError, "DATA is beyond the connection's window");
    }
    const content = length - padding, isLast = (flags & Flag.EndStream) !== 0;
    const stream = isTaken === true ? streams.live.get(id)! : undefined;
    const wrong = stream === undefined ? undefined : countContent(stream, length, content, isLast);
    if (stream === undefined || wrong !== undefined) {
      this.#reader.skip(length);
      streams.giveBack(length);
      if (wrong !== undefined) return this.#streamError(id, wrong);
      // No more than that: the rest of a body that was not wanted may be a whole window.
      calm.frame(0);
      return isTaken === true ? undefined : isTaken;
    }
    if (padding > 0) {
      buffer.consume(1);
      streams.giveBackOf(stream, padding);
    }
    if (content > 0 || !isLast) calm.received(content);
    this.#contentOf = stream;
    this.#content = content;
    this.#padding = Math.max(0, padding - 1);
    this.#isLastContent = isLast;
    return undefined;
  }

  #nextContent(stream: Stream): Event | undefined | null {
    const { buffer, streams } = this.#parts;
    if (this.#content === 0) {
      this.#contentOf = undefined;
      this.#reader.skip(this.#padding);
      return this.#isLastContent && stream.isReceiving ? this.#endRequest(stream) : undefined;
    }
    const count = Math.min(this.#content, buffer.length);
    if (count === 0) return null;
    const bytes = buffer.bytes.subarray(buffer.start, buffer.start + count);
    buffer.consume(count);
    this.#content -= count;
    if (stream.isRefused || !stream.isReceiving) {
      if (stream.isOver) streams.giveBack(count);
      else streams.giveBackOf(stream, count);
      return undefined;
    }
    stream.unread += count;
    this.#data.stream = stream.id;
    this.#data.bytes = bytes;
    return this.#data;
  }

  #endRequest(stream: Stream): Event | undefined {
    this.#parts.streams.endRequest(stream);
    return stream.isRefused ? undefined : { type: "end", stream: stream.id };
  }

  // --- HEADERS and CONTINUATION: sections 6.2 and 6.10 ---

  #headers(): Event | undefined {
    const { stream, length } = this.#reader;
    if (stream % 2 === 0) throw protocolError("HEADERS names no stream of a client");
    if (length === 0) this.#parts.calm.frame(0);
    return this.#block.begin(this.#reader, this.#parts.buffer.bytes) ? this.#wholeBlock() : undefined;
  }

  #continuation(): Event | undefined {
    if (!this.#block.isOpen) throw protocolError("CONTINUATION follows no header block");
    this.#parts.calm.frame(0);
    return this.#block.continue(this.#reader, this.#parts.buffer.bytes) ? this.#wholeBlock() : undefined;
  }

  #wholeBlock(): Event | undefined {
    const { stream: id, dependsOnItself } = this.#block;
    const { streams, calm } = this.#parts;
    const isTaken = this.#isTaken("HEADERS", id);
    if (isTaken !== true) {
      calm.frame(0);
      return isTaken;
    }
    const stream = streams.live.get(id);
    if (stream === undefined) return this.#request(id);
    return dependsOnItself ? this.#streamError(id, ErrorCode.ProtocolError) : this.#trailers(stream);
  }

  #request(id: number): Event | undefined {
    const { streams, limits, calm } = this.#parts;
    streams.last = id;
    const priority = this.#priorities.take(id);
    if (id > this.most) {
      calm.frame(0);
      streams.ignore(id);
      return undefined;
    }
    if (streams.live.size >= limits.streams) {
      calm.frame(0);
      streams.refuse(id, ErrorCode.RefusedStream);
      return undefined;
    }
    const event = this.#readRequest(id);
    if (event === undefined) {
      calm.abandoned();
      streams.refuse(id, ErrorCode.ProtocolError);
      return undefined;
    }
    const stream = streams.begin(id, this.#settings.initialWindow);
    stream.isRefused = event.type === "refusal";
    if (event.type === "request") {
      stream.expected = event.head.length;
      const field = priority === undefined ? event.head.fields.get("priority") : undefined;
      stream.priority = field === undefined ? priority : parsePriority(field);
    }
    if (event.endsStream) streams.endRequest(stream);
    return event;
  }

  /** Undefined: it is malformed. */
  #readRequest(stream: number): RequestEvent | RefusalEvent | undefined {
    const { list, endsStream, dependsOnItself } = this.#block;
    if (dependsOnItself) return undefined;
    const head = list.refusal !== undefined
      ? tooLarge(list.refusal)
      : readRequest(list.names, list.values, endsStream, this.#parts.mayExtend);
    if (head instanceof Malformed) return undefined;
    if (head instanceof HttpError) return { type: "refusal", stream, error: head, endsStream };
    return { type: "request", stream, head, endsStream };
  }

  #trailers(stream: Stream): Event | undefined {
    const { list, endsStream } = this.#block;
    if (list.refusal !== undefined) return this.#streamError(stream.id, ErrorCode.EnhanceYourCalm);
    const isLeft = stream.expected !== undefined && stream.expected > 0;
    if (!endsStream || isLeft || checkTrailers(list.names, list.values) !== undefined) {
      return this.#streamError(stream.id, ErrorCode.ProtocolError);
    }
    return this.#endRequest(stream);
  }

  // --- frames about a stream: sections 6.3, 6.4 and 6.9, RFC 9218 section 7.1 ---

  /** Nothing comes of it (section 5.3.2), but it has its form. */
  #priority(): Event | undefined {
    const { stream, length, start } = this.#reader;
    if (stream === 0) throw protocolError("PRIORITY names no stream");
    this.#parts.calm.frame(length);
    let code: ErrorCode | undefined;
    if (length !== PRIORITY) code = ErrorCode.FrameSizeError;
    else if (readUint31(this.#parts.buffer.bytes, start) === stream) code = ErrorCode.ProtocolError;
    if (code === undefined) return undefined;
    // RST_STREAM must not name a stream that is idle.
    if (this.#parts.streams.stateOf(stream) === "idle") {
      throw new ConnectionFault(
        code,
        "PRIORITY of an idle stream has a wrong length, or names the stream itself",
      );
    }
    return this.#streamError(stream, code);
  }

  #rstStream(): Event | undefined {
    const { stream: id, length, start } = this.#reader;
    const { streams, buffer, calm } = this.#parts;
    if (length !== RST_STREAM) throw frameSizeError("RST_STREAM has not 4 bytes");
    if (id === 0) throw protocolError("RST_STREAM names no stream");
    if (this.#isTaken("RST_STREAM", id) !== true) {
      calm.frame(length);
      return undefined;
    }
    const stream = streams.live.get(id)!;
    streams.resetByPeer(stream);
    if (!stream.isHeadSent) calm.abandoned();
    else calm.cutShort();
    return { type: "reset", stream: id, code: readUint32(buffer.bytes, start), byPeer: true };
  }

  #windowUpdate(): Event | undefined {
    const { stream: id, length, start } = this.#reader;
    const { streams, buffer, outbox, calm } = this.#parts;
    if (length !== WINDOW_UPDATE) throw frameSizeError("WINDOW_UPDATE has not 4 bytes");
    const increment = readUint31(buffer.bytes, start);
    calm.frame(length);
    if (id === 0) {
      if (increment === 0) throw protocolError("WINDOW_UPDATE of the connection by 0");
      outbox.window += increment;
      if (outbox.window > MAX_31_BITS) throw windowOverflow();
      return undefined;
    }
    if (this.#isTaken("WINDOW_UPDATE", id) !== true) return undefined;
    const stream = streams.live.get(id)!;
    if (increment === 0) return this.#streamError(id, ErrorCode.ProtocolError);
    stream.sendWindow += increment;
    if (stream.sendWindow > MAX_31_BITS) return this.#streamError(id, ErrorCode.FlowControlError);
    outbox.windowChanged(stream);
    return undefined;
  }

  #priorityUpdate(): Event | undefined {
    const { length, start, stream: onStream } = this.#reader;
    const { streams, buffer, outbox, calm } = this.#parts;
    if (onStream !== 0) throw protocolError("PRIORITY_UPDATE is sent on a stream");
    if (length < 4) throw frameSizeError("PRIORITY_UPDATE has no room for its stream");
    const id = readUint31(buffer.bytes, start);
    if (id === 0 || id % 2 === 0) throw protocolError("PRIORITY_UPDATE names no stream of a client");
    calm.frame(length);
    const priority = parsePriority(decodeLatin1(buffer.bytes, start + 4, start + length));
    if (priority === undefined) return undefined;
    const stream = streams.live.get(id);
    if (stream !== undefined) outbox.prioritize(stream, priority);
    else if (id > streams.last) this.#priorities.set(id, priority, streams.last);
    return undefined;
  }

  // --- frames about the connection: sections 6.5, 6.7 and 6.8 ---

  #settingsFrame(): Event | undefined {
    const { stream, flags, length, start } = this.#reader;
    const { buffer, outbox, calm } = this.#parts;
    if (stream !== 0) throw protocolError("SETTINGS are sent on a stream");
    if (flags & Flag.Ack) {
      if (length > 0) throw frameSizeError("An acknowledgement of SETTINGS is not empty");
      calm.frame(0);
      return undefined;
    }
    if (length % SETTING !== 0) throw frameSizeError("SETTINGS are no multiple of 6 bytes");
    calm.frame(length);
    this.hasSettings = true;
    const before = this.#settings.initialWindow;
    this.#settings.apply(buffer.bytes, start, start + length);
    if (this.#settings.hasShrunkTable && !outbox.saysTableSize) {
      outbox.saysTableSize = outbox.owesTableSize = true;
    }
    this.#moveWindows(this.#settings.initialWindow - before);
    outbox.control.settingsAck();
    return undefined;
  }

  /** Section 6.9.2. */
  #moveWindows(change: number): void {
    if (change === 0) return;
    for (const stream of this.#parts.streams.live.values()) {
      stream.sendWindow += change;
      if (stream.sendWindow > MAX_31_BITS) throw windowOverflow();
      this.#parts.outbox.windowChanged(stream);
    }
  }

  #ping(): Event | undefined {
    const { stream, flags, length, start } = this.#reader;
    const { buffer, outbox, calm } = this.#parts;
    if (length !== PING) throw frameSizeError("PING has not 8 bytes");
    if (stream !== 0) throw protocolError("PING is sent on a stream");
    calm.frame(length);
    if (!(flags & Flag.Ack)) outbox.control.ping(Flag.Ack, buffer.bytes.subarray(start, start + PING));
    else if (this.pings > 0) {
      this.pings--;
      return PING_ACKNOWLEDGED;
    }
    return undefined;
  }

  #goAway(): Event | undefined {
    const { stream, length } = this.#reader;
    if (stream !== 0) throw protocolError("GOAWAY is sent on a stream");
    if (length < GOAWAY) throw frameSizeError("GOAWAY has less than 8 bytes");
    this.#parts.calm.frame(length);
    this.isPeerLeaving = true;
    return undefined;
  }

  // --- errors ---

  /**
   * True if a frame is taken up in the state that its stream is in. Else it is ignored, or the stream ends: undefined, or
   * the event of that.
   */
  #isTaken(frame: StreamFrame, id: number): true | ResetEvent | undefined {
    const state = this.#parts.streams.stateOf(id);
    const verdict = RECEIVED[state][frame];
    switch (verdict) {
      case "taken":
        return true;
      case "ignored":
        return undefined;
      case "STREAM_CLOSED":
        return this.#streamError(id, ErrorCode.StreamClosed);
      case "connection STREAM_CLOSED":
        throw new ConnectionFault(ErrorCode.StreamClosed, `${frame} on a stream that is ${state}`);
      case "connection PROTOCOL_ERROR":
        throw protocolError(`${frame} on a stream that is ${state === "idle" ? "idle" : "over"}`);
    }
  }

  /** Section 5.4.2. */
  #streamError(id: number, code: ErrorCode): ResetEvent | undefined {
    const { streams, calm } = this.#parts;
    const stream = streams.live.get(id);
    if (stream === undefined) {
      // One RST_STREAM is enough.
      if (streams.stateOf(id) === "reset sent") return undefined;
      streams.refuse(id, code);
      calm.abandoned();
      return undefined;
    }
    streams.reset(stream, code);
    if (!stream.isHeadSent) calm.abandoned();
    return { type: "reset", stream: id, code, byPeer: false };
  }
}

/** Takes a frame of DATA into account; gives what is wrong with it: sections 6.9.1 and 8.1.1. */
function countContent(
  stream: Stream,
  length: number,
  content: number,
  isLast: boolean,
): ErrorCode | undefined {
  if (!stream.window.take(length)) return ErrorCode.FlowControlError;
  if (stream.expected === undefined) return undefined;
  stream.expected -= content;
  return stream.expected < 0 || isLast && stream.expected > 0 ? ErrorCode.ProtocolError : undefined;
}

function tooLarge(status: 414 | 431): HttpError {
  return new HttpError(status, `A request is larger than the limits allow (${status})`);
}

function windowOverflow(): ConnectionFault {
  return new ConnectionFault(ErrorCode.FlowControlError, "A window is above 2^31 - 1");
}

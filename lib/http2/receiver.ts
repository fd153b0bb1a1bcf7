/**
 * What each frame of a client means: RFC 9113 section 6, RFC 9218 section 7. What breaks a rule of a stream ends that
 * stream, what breaks one of the connection is thrown.
 *
 * @module
 */
import { decodeLatin1 } from "../bytes/latin1.ts";
import { ConnectionFault, frameSizeError, protocolError } from "./connection_fault.ts";
import { ErrorCode } from "./error_codes.ts";
import { type Event, PING_ACKNOWLEDGED } from "./events.ts";
import { FrameReader } from "./frame_reader.ts";
import { Flag, FrameType, MAX_31_BITS, readUint31, readUint32 } from "./frames.ts";
import { PeerSettings, SETTING } from "./peer_settings.ts";
import { parsePriority } from "./priority.ts";
import { ReceivedContent } from "./received_content.ts";
import { ReceivedHeads } from "./received_heads.ts";
import type { ReceiverParts } from "./receiver_parts.ts";
import { StreamRules } from "./stream_rules.ts";

/** Bytes of the payload of PING, PRIORITY, RST_STREAM and WINDOW_UPDATE, and of GOAWAY at least. */
const PING = 8, PRIORITY = 5, RST_STREAM = 4, WINDOW_UPDATE = 4, GOAWAY = 8;

/** The receiving half of a connection. */
export class Receiver {
  /** The peer has said that it will leave. */
  isPeerLeaving = false;
  /** The preface with its SETTINGS has come. */
  hasSettings = false;
  /** PINGs of ours that were not acknowledged. */
  pings = 0;
  /** Requests and trailers. */
  readonly heads: ReceivedHeads;
  readonly #reader: FrameReader;
  readonly #content: ReceivedContent;
  readonly #rules: StreamRules;
  readonly #settings = new PeerSettings();
  readonly #parts: ReceiverParts;

  constructor(parts: ReceiverParts) {
    this.#parts = parts;
    const reader = this.#reader = new FrameReader(parts.buffer);
    const rules = this.#rules = new StreamRules(parts.streams, parts.calm);
    this.#content = new ReceivedContent(parts, reader, rules);
    this.heads = new ReceivedHeads(parts, reader, rules, this.#settings);
  }

  /**
   * Takes the next frame, or the next piece of content. Undefined: it gives no event; null: more bytes are needed.
   *
   * @throws {ConnectionFault}
   */
  next(): Event | undefined | null {
    if (this.#content.isOpen) return this.#content.next();
    return this.#reader.next() ? this.#frame() : null;
  }

  #frame(): Event | undefined {
    const { type, flags, stream } = this.#reader;
    const { block } = this.heads;
    if (block.isOpen && (type !== FrameType.Continuation || stream !== block.stream)) {
      throw protocolError("A header block is interrupted");
    }
    if (!this.hasSettings && (type !== FrameType.Settings || flags & Flag.Ack)) {
      throw protocolError("The first frame is not SETTINGS");
    }
    switch (type) {
      case FrameType.Data:
        return this.#content.begin();
      case FrameType.Headers:
        return this.heads.headers();
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
        return this.heads.continuation();
      case FrameType.PriorityUpdate:
        return this.#priorityUpdate();
      default:
        this.#parts.calm.frame(this.#reader.length);
        return undefined;
    }
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
    return this.#rules.error(stream, code);
  }

  #rstStream(): Event | undefined {
    const { stream: id, length, start } = this.#reader;
    const { streams, buffer, calm } = this.#parts;
    if (length !== RST_STREAM) throw frameSizeError("RST_STREAM has not 4 bytes");
    if (id === 0) throw protocolError("RST_STREAM names no stream");
    if (this.#rules.isTaken("RST_STREAM", id) !== true) {
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
    if (this.#rules.isTaken("WINDOW_UPDATE", id) !== true) return undefined;
    const stream = streams.live.get(id)!;
    if (increment === 0) return this.#rules.error(id, ErrorCode.ProtocolError);
    stream.sendWindow += increment;
    if (stream.sendWindow > MAX_31_BITS) return this.#rules.error(id, ErrorCode.FlowControlError);
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
    else if (id > streams.last) this.heads.priorities.set(id, priority, streams.last);
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
}

function windowOverflow(): ConnectionFault {
  return new ConnectionFault(ErrorCode.FlowControlError, "A window is above 2^31 - 1");
}

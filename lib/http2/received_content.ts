/**
 * DATA: RFC 9113 sections 6.1 and 6.9. Content is handed on as it comes, padding is dropped, both count for the windows;
 * content of streams that are over is dropped.
 *
 * @module
 */
import { ConnectionFault, frameSizeError, protocolError } from "./connection_fault.ts";
import { ErrorCode } from "./error_codes.ts";
import type { EndEvent, Event } from "./events.ts";
import type { FrameReader } from "./frame_reader.ts";
import { Flag } from "./frames.ts";
import type { ReceiverParts } from "./receiver_parts.ts";
import type { Stream } from "./stream.ts";
import type { StreamRules } from "./stream_rules.ts";
import type { Streams } from "./streams.ts";

/** The frame of DATA that is being received. */
export class ReceivedContent {
  readonly #parts: ReceiverParts;
  readonly #reader: FrameReader;
  readonly #rules: StreamRules;
  /** Bytes of content and padding still to come, and whether it is the last one. */
  #content = 0;
  #padding = 0;
  #isLast = false;
  #stream: Stream | undefined;
  /** PERF: one object for all pieces. */
  readonly #data = { type: "data" as const, stream: 0, bytes: new Uint8Array() };

  constructor(parts: ReceiverParts, reader: FrameReader, rules: StreamRules) {
    this.#parts = parts;
    this.#reader = reader;
    this.#rules = rules;
  }

  /** A frame is begun and not whole. */
  get isOpen(): boolean {
    return this.#stream !== undefined;
  }

  /** Takes the head of a frame. @throws {ConnectionFault} */
  begin(): Event | undefined {
    const { flags, stream: id, length, start } = this.#reader;
    const { buffer, streams, calm } = this.#parts;
    if (id === 0) throw protocolError("DATA names no stream");
    let padding = 0;
    if (flags & Flag.Padded) {
      if (length === 0) throw frameSizeError("DATA has no room for the length of its padding");
      padding = 1 + buffer.bytes[start]!;
      if (padding > length) throw protocolError("The padding of DATA is longer than the frame");
    }
    const isTaken = this.#rules.isTaken("DATA", id);
    if (!streams.take(length)) {
      throw new ConnectionFault(ErrorCode.FlowControlError, "DATA is beyond the connection's window");
    }
    const content = length - padding, isLast = (flags & Flag.EndStream) !== 0;
    const stream = isTaken === true ? streams.live.get(id)! : undefined;
    const wrong = stream === undefined ? undefined : countContent(stream, length, content, isLast);
    if (stream === undefined || wrong !== undefined) {
      this.#reader.skip(length);
      streams.giveBack(length);
      if (wrong !== undefined) return this.#rules.error(id, wrong);
      // No more than that: the rest of a body that was not wanted may be a whole window.
      calm.frame(0);
      return isTaken === true ? undefined : isTaken;
    }
    if (padding > 0) {
      buffer.consume(1);
      streams.giveBackOf(stream, padding);
    }
    // What goes through a tunnel is of use to somebody else, however little it is.
    if (content > 0 ? !stream.isTunnel : !isLast) calm.received(content);
    this.#stream = stream;
    this.#content = content;
    this.#padding = Math.max(0, padding - 1);
    this.#isLast = isLast;
    return undefined;
  }

  /** Takes what has come of a frame that was begun; null: more bytes are needed. */
  next(): Event | undefined | null {
    const { buffer, streams } = this.#parts, stream = this.#stream!;
    if (this.#content === 0) {
      this.#stream = undefined;
      this.#reader.skip(this.#padding);
      return this.#isLast && stream.isReceiving ? endRequest(streams, stream) : undefined;
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
}

/** The content of a request is whole. */
export function endRequest(streams: Streams, stream: Stream): EndEvent | undefined {
  streams.endRequest(stream);
  return stream.isRefused ? undefined : { type: "end", stream: stream.id };
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

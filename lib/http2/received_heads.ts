/**
 * HEADERS and CONTINUATION as requests and trailers: RFC 9113 sections 6.2, 6.10 and 8.1. Blocks of streams that are not
 * taken up are decoded all the same.
 *
 * @module
 */
import { HttpError } from "../http/errors.ts";
import { protocolError } from "./connection_fault.ts";
import { EarlyPriorities } from "./early_priorities.ts";
import { ErrorCode } from "./error_codes.ts";
import type { Event, RefusalEvent, RequestEvent } from "./events.ts";
import type { FrameReader } from "./frame_reader.ts";
import { MAX_31_BITS } from "./frames.ts";
import { HeaderBlock } from "./header_block.ts";
import type { PeerSettings } from "./peer_settings.ts";
import { parsePriority } from "./priority.ts";
import { endRequest } from "./received_content.ts";
import type { ReceiverParts } from "./receiver_parts.ts";
import { checkTrailers, Malformed, readRequest } from "./request.ts";
import type { Stream } from "./stream.ts";
import type { StreamRules } from "./stream_rules.ts";

/** The header blocks of one connection. */
export class ReceivedHeads {
  /** Streams above this number are not taken up any more. */
  most: number = MAX_31_BITS;
  readonly priorities: EarlyPriorities;
  /** The block that is being received, or the last one. */
  readonly block: HeaderBlock;
  readonly #parts: ReceiverParts;
  readonly #reader: FrameReader;
  readonly #rules: StreamRules;
  readonly #settings: PeerSettings;

  constructor(parts: ReceiverParts, reader: FrameReader, rules: StreamRules, settings: PeerSettings) {
    this.#parts = parts;
    this.#reader = reader;
    this.#rules = rules;
    this.#settings = settings;
    this.block = new HeaderBlock(parts.limits);
    this.priorities = new EarlyPriorities(parts.limits.streams);
  }

  /** Takes HEADERS. @throws {ConnectionFault} */
  headers(): Event | undefined {
    const { stream, length } = this.#reader;
    if (stream % 2 === 0) throw protocolError("HEADERS names no stream of a client");
    if (length === 0) this.#parts.calm.frame(0);
    return this.block.begin(this.#reader, this.#parts.buffer.bytes) ? this.#wholeBlock() : undefined;
  }

  /** Takes CONTINUATION. @throws {ConnectionFault} */
  continuation(): Event | undefined {
    if (!this.block.isOpen) throw protocolError("CONTINUATION follows no header block");
    this.#parts.calm.frame(0);
    return this.block.continue(this.#reader, this.#parts.buffer.bytes) ? this.#wholeBlock() : undefined;
  }

  #wholeBlock(): Event | undefined {
    const { stream: id, dependsOnItself } = this.block;
    const { streams, calm } = this.#parts;
    const isTaken = this.#rules.isTaken("HEADERS", id);
    if (isTaken !== true) {
      calm.frame(0);
      return isTaken;
    }
    const stream = streams.live.get(id);
    if (stream === undefined) return this.#request(id);
    return dependsOnItself ? this.#rules.error(id, ErrorCode.ProtocolError) : this.#trailers(stream);
  }

  #request(id: number): Event | undefined {
    const { streams, limits, calm } = this.#parts;
    streams.last = id;
    const priority = this.priorities.take(id);
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
      stream.isExtended = event.head.protocol !== undefined;
      const field = priority === undefined ? event.head.fields.get("priority") : undefined;
      stream.priority = field === undefined ? priority : parsePriority(field);
    }
    if (event.endsStream) streams.endRequest(stream);
    return event;
  }

  /** Undefined: it is malformed. */
  #readRequest(stream: number): RequestEvent | RefusalEvent | undefined {
    const { list, endsStream, dependsOnItself } = this.block;
    if (dependsOnItself) return undefined;
    const head = list.refusal !== undefined
      ? tooLarge(list.refusal)
      : readRequest(list.names, list.values, endsStream, this.#parts.mayExtend);
    if (head instanceof Malformed) return undefined;
    if (head instanceof HttpError) return { type: "refusal", stream, error: head, endsStream };
    return { type: "request", stream, head, endsStream };
  }

  #trailers(stream: Stream): Event | undefined {
    const { list, endsStream } = this.block;
    if (list.refusal !== undefined) return this.#rules.error(stream.id, ErrorCode.EnhanceYourCalm);
    const isLeft = stream.expected !== undefined && stream.expected > 0;
    if (!endsStream || isLeft || checkTrailers(list.names, list.values) !== undefined) {
      return this.#rules.error(stream.id, ErrorCode.ProtocolError);
    }
    return endRequest(this.#parts.streams, stream);
  }
}

function tooLarge(status: 414 | 431): HttpError {
  return new HttpError(status, `A request is larger than the limits allow (${status})`);
}

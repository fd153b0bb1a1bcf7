/**
 * A header block of HEADERS and the CONTINUATIONs behind it: RFC 9113 sections 4.3, 6.2 and 6.10. Nothing may come
 * between them. Each fragment is decoded as it comes, and not kept.
 *
 * @module
 */
import { tooMuch } from "./calm.ts";
import { ConnectionFault, frameSizeError, protocolError } from "./connection_fault.ts";
import { ErrorCode } from "./error_codes.ts";
import type { FrameReader } from "./frame_reader.ts";
import { Flag, readUint31 } from "./frames.ts";
import { HpackDecoder } from "./hpack/decoder.ts";
import { FieldList, MOST_TIMES } from "./hpack/field_list.ts";
import type { Http2Limits } from "./limits.ts";

/** Bytes of a stream's number and weight: section 6.2. */
const PRIORITY = 5;

/** The block that is being received, or the last one. */
export class HeaderBlock {
  /** A CONTINUATION must come next. */
  isOpen = false;
  stream = 0;
  endsStream = false;
  /** Its priority names the stream itself. */
  dependsOnItself = false;
  list: FieldList;
  readonly #limits: Http2Limits;
  readonly #decoder: HpackDecoder;

  constructor(limits: Http2Limits) {
    this.#limits = limits;
    this.#decoder = new HpackDecoder((limits.requestLine + limits.headerFields) * MOST_TIMES);
    this.list = new FieldList(limits);
  }

  /** Takes a frame of HEADERS; true if the block is whole. @throws {ConnectionFault} */
  begin(frame: FrameReader, bytes: Uint8Array): boolean {
    const { flags, stream, length } = frame;
    let { start } = frame, end = start + length;
    if (flags & Flag.Padded) {
      if (length < 1) throw frameSizeError("HEADERS has no room for the length of its padding");
      end -= bytes[start++]!;
    }
    this.dependsOnItself = false;
    if (flags & Flag.Priority) {
      if (start + PRIORITY > frame.start + length) {
        throw frameSizeError("HEADERS has no room for its priority");
      }
      this.dependsOnItself = readUint31(bytes, start) === stream;
      start += PRIORITY;
    }
    if (end < start) throw protocolError("The padding of HEADERS is longer than the frame");
    this.stream = stream;
    this.endsStream = (flags & Flag.EndStream) !== 0;
    this.list = new FieldList(this.#limits);
    return this.#decode(bytes, start, end, flags);
  }

  /** Takes the frame of CONTINUATION behind it; true if the block is whole. @throws {ConnectionFault} */
  continue({ start, length, flags }: FrameReader, bytes: Uint8Array): boolean {
    return this.#decode(bytes, start, start + length, flags);
  }

  #decode(bytes: Uint8Array, start: number, end: number, flags: number): boolean {
    const isLast = (flags & Flag.EndHeaders) !== 0;
    const state = this.#decoder.decode(bytes, start, end, isLast, this.list);
    if (state === "excessive") throw tooMuch("A header block is longer than four times the limits");
    if (state === "compression error") {
      throw new ConnectionFault(ErrorCode.CompressionError, "A header block cannot be decoded");
    }
    this.isOpen = !isLast;
    return isLast;
  }
}

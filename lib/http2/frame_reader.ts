/**
 * Frames out of received bytes: the preface, and the head of each frame (RFC 9113 sections 3.4 and 4.1). A frame is
 * told of once it is whole, but DATA, whose payload is taken as it comes, and types that nobody knows, which are
 * dropped. Refuses what is no preface and payloads that are larger than we take.
 *
 * @module
 */
import type { ReceiveBuffer } from "../bytes/receive_buffer.ts";
import { frameSizeError, protocolError } from "./connection_fault.ts";
import { Flag, FRAME_HEAD, FrameType, MAX_PAYLOAD, PREFACE, readUint31 } from "./frames.ts";

/** The frame of the last next(), until the following one. */
export class FrameReader {
  type = 0;
  flags = 0;
  stream = 0;
  /** Bytes of the payload. */
  length = 0;
  /** Where the payload begins in the buffer: valid until more bytes are received. */
  start = 0;
  readonly #buffer: ReceiveBuffer;
  #prefaceSeen = 0;
  #skip = 0;
  #hasHead = false;

  constructor(buffer: ReceiveBuffer) {
    this.#buffer = buffer;
  }

  /** The next bytes, as many as they are, are of no interest. */
  skip(count: number): void {
    this.#skip += count;
  }

  /**
   * True if there is one more frame. Its bytes count as consumed, but for the payload of DATA.
   *
   * @throws {ConnectionFault}
   */
  next(): boolean {
    const buffer = this.#buffer;
    if (this.#prefaceSeen < PREFACE.length && !this.#readPreface()) return false;
    if (this.#skip > 0) {
      const dropped = Math.min(this.#skip, buffer.length);
      buffer.consume(dropped);
      this.#skip -= dropped;
    }
    if (!this.#hasHead) {
      if (buffer.length < FRAME_HEAD) return false;
      this.#readHead(buffer.bytes, buffer.start);
      this.#hasHead = true;
    }
    if (buffer.length < FRAME_HEAD + this.#needed()) return false;
    this.#hasHead = false;
    this.start = buffer.start + FRAME_HEAD;
    buffer.consume(FRAME_HEAD);
    if (isUnknown(this.type)) this.#skip = this.length;
    else if (this.type !== FrameType.Data) buffer.consume(this.length);
    return true;
  }

  #readPreface(): boolean {
    const { bytes, start, length } = this.#buffer;
    const count = Math.min(length, PREFACE.length - this.#prefaceSeen);
    for (let i = 0; i < count; i++) {
      if (bytes[start + i] !== PREFACE[this.#prefaceSeen + i]) {
        throw protocolError("The connection does not begin with the preface of HTTP/2");
      }
    }
    this.#prefaceSeen += count;
    this.#buffer.consume(count);
    return this.#prefaceSeen === PREFACE.length;
  }

  #readHead(bytes: Uint8Array, at: number): void {
    this.length = bytes[at]! << 16 | bytes[at + 1]! << 8 | bytes[at + 2]!;
    this.type = bytes[at + 3]!;
    this.flags = bytes[at + 4]!;
    this.stream = readUint31(bytes, at + 5);
    if (this.length > MAX_PAYLOAD) throw frameSizeError("A frame is larger than SETTINGS_MAX_FRAME_SIZE");
  }

  /** Bytes of the payload that must be there: of DATA the length of its padding. */
  #needed(): number {
    if (isUnknown(this.type)) return 0;
    if (this.type !== FrameType.Data) return this.length;
    return this.flags & Flag.Padded && this.length > 0 ? 1 : 0;
  }
}

/** Section 4.1: such frames are ignored. */
export function isUnknown(type: number): boolean {
  return type > FrameType.Continuation && type !== FrameType.PriorityUpdate;
}

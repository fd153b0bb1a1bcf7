/**
 * Frames that need no window and have no content, as bytes that wait to be sent: what a connection says of itself, and
 * the ends of streams.
 *
 * @module
 */
import type { ErrorCode } from "./error_codes.ts";
import { Flag, FRAME_HEAD, FrameType, writeFrameHead, writeUint32 } from "./frames.ts";

/** What a connection holds for them at first, and whenever none waits. */
const SMALL = 128;

/** Bytes of debug data in GOAWAY. */
const MOST_REASON = 200;

const NONE = new Uint8Array();

/** A growing queue. Whoever fills it for a peer looks at its length. */
export class ControlQueue {
  #bytes = NONE;
  #start = 0;
  #end = 0;

  /** Bytes that wait. */
  get length(): number {
    return this.#end - this.#start;
  }

  settings(entries: readonly (readonly [id: number, value: number])[]): void {
    let at = this.#frame(entries.length * 6, FrameType.Settings, 0, 0);
    for (const [id, value] of entries) {
      this.#bytes[at] = id >> 8;
      this.#bytes[at + 1] = id;
      at = writeUint32(this.#bytes, at + 2, value);
    }
  }

  settingsAck(): void {
    this.#frame(0, FrameType.Settings, Flag.Ack, 0);
  }

  /** @param payload 8 bytes */
  ping(flags: number, payload: Uint8Array): void {
    const at = this.#frame(8, FrameType.Ping, flags, 0);
    this.#bytes.set(payload, at);
  }

  /** @param stream 0 is the connection */
  windowUpdate(stream: number, increment: number): void {
    const at = this.#frame(4, FrameType.WindowUpdate, 0, stream);
    writeUint32(this.#bytes, at, increment);
  }

  rstStream(stream: number, code: ErrorCode): void {
    const at = this.#frame(4, FrameType.RstStream, 0, stream);
    writeUint32(this.#bytes, at, code);
  }

  /** @param reason ASCII, for whoever writes the peer */
  goAway(last: number, code: ErrorCode, reason: string): void {
    const length = Math.min(reason.length, MOST_REASON);
    let at = this.#frame(8 + length, FrameType.GoAway, 0, 0);
    at = writeUint32(this.#bytes, at, last);
    at = writeUint32(this.#bytes, at, code);
    for (let i = 0; i < length; i++) this.#bytes[at + i] = reason.charCodeAt(i);
  }

  /** Bytes that are frames already. */
  raw(bytes: Uint8Array): void {
    // Before `#bytes`, which it may replace.
    const at = this.#reserve(bytes.length);
    this.#bytes.set(bytes, at);
  }

  /** Moves as much as fits into the buffer and gives the offset behind it. */
  moveInto(buffer: Uint8Array, offset: number): number {
    const count = Math.min(this.length, buffer.length - offset);
    if (count === 0) return offset;
    buffer.set(this.#bytes.subarray(this.#start, this.#start + count), offset);
    this.#start += count;
    if (this.#start === this.#end) this.clear();
    return offset + count;
  }

  clear(): void {
    this.#start = this.#end = 0;
    if (this.#bytes.length > SMALL) this.#bytes = NONE;
  }

  /** Begins a frame and gives the place of its payload. */
  #frame(length: number, type: FrameType, flags: number, stream: number): number {
    const at = this.#reserve(FRAME_HEAD + length);
    return writeFrameHead(this.#bytes, at, length, type, flags, stream);
  }

  #reserve(count: number): number {
    if (this.#end + count > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(SMALL, this.length + count, this.length * 2));
      larger.set(this.#bytes.subarray(this.#start, this.#end));
      this.#end = this.length;
      this.#start = 0;
      this.#bytes = larger;
    }
    const at = this.#end;
    this.#end += count;
    return at;
  }
}

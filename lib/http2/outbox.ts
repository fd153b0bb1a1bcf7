/**
 * What a connection has to send, and in which order: frames of the connection and what is left of a large head, then
 * heads and whatever else needs no window, then content by priority and turn. All of it goes into buffers of whoever
 * writes; nothing is copied before.
 *
 * @module
 */
import type { FieldBlock } from "../http/fields.ts";
import type { Calm } from "./calm.ts";
import { ControlQueue } from "./control_queue.ts";
import { FIRST_WINDOW, Flag, FRAME_HEAD, FrameType, MAX_PAYLOAD, writeFrameHead } from "./frames.ts";
import type { Priority } from "./priority.ts";
import { headRoom, interimBlock, type ResponseHead, writeResponseHead } from "./response_head.ts";
import type { Stream } from "./stream.ts";
import { Turns } from "./turns.ts";

/** A frame of content is not cut to the room that is left in a buffer if that is less than this. */
const LEAST_CUT = MAX_PAYLOAD / 2;

/** A change of the table's size to 0: RFC 7541 section 6.3. */
const EMPTY_TABLE = 0x20;

/** The sending half of a connection. */
export class Outbox {
  readonly control: ControlQueue = new ControlQueue();
  /** Streams whose offer the last fill() took whole. */
  readonly drained: number[] = [];
  /** What the peer lets us send on all streams. */
  window: number = FIRST_WINDOW;
  /** The next block is to say that our table is empty. */
  owesTableSize = false;
  /** It has said so, or owes it: its table stays empty, whatever the peer allows. */
  saysTableSize = false;
  /** The peer's windows have been a few bytes too often. */
  isWornOut = false;
  /** Frames of a head that is larger than one frame, or than a buffer. Nothing may come between them. */
  readonly #largeHead = new ControlQueue();
  readonly #prompt: Stream[] = [];
  readonly #turns = new Turns();
  readonly #calm: Calm;
  readonly #onEnd: (stream: Stream) => void;

  /** @param onEnd called when the end of an answer is in a buffer */
  constructor(calm: Calm, onEnd: (stream: Stream) => void) {
    this.#calm = calm;
    this.#onEnd = onEnd;
  }

  get hasOutput(): boolean {
    return this.control.length > 0 || this.#largeHead.length > 0 || this.#prompt.length > 0 ||
      this.window > 0 && !this.#turns.isEmpty;
  }

  inform(stream: Stream, status: number, fields: FieldBlock): void {
    if (stream.isHeadQueued) return;
    (stream.interims ??= []).push(interimBlock(status, fields));
    this.#addPrompt(stream);
  }

  respond(stream: Stream, head: ResponseHead, ends: boolean): void {
    if (stream.isHeadQueued) throw new Error(`Stream ${stream.id} has its head already`);
    stream.isHeadQueued = true;
    stream.isTunnel = stream.isExtended && head.status >= 200 && head.status < 300;
    stream.head = head;
    stream.ends = ends;
    this.#addPrompt(stream);
  }

  offer(stream: Stream, bytes: Uint8Array, ends: boolean): void {
    if (!stream.isHeadQueued || stream.ends || stream.offered !== undefined) {
      throw new Error(`Nothing can be offered on stream ${stream.id} now`);
    }
    stream.offered = bytes;
    stream.sentBefore += stream.sent;
    stream.sent = 0;
    stream.ends = ends;
    if (stream.head !== undefined) return;
    if (bytes.length === 0) this.#addPrompt(stream);
    else this.windowChanged(stream);
  }

  /** Its window is another: it may begin to send, or must stop. */
  windowChanged(stream: Stream): void {
    if (stream.sendWindow <= 0) this.#turns.remove(stream);
    else if (stream.isHeadSent && stream.waiting > 0) this.#turns.add(stream);
  }

  prioritize(stream: Stream, priority: Priority): void {
    this.#turns.remove(stream);
    stream.priority = priority;
    this.windowChanged(stream);
  }

  /** Drops what is queued for a stream. */
  drop(stream: Stream): void {
    this.#turns.remove(stream);
    if (stream.isPrompt) this.#prompt.splice(this.#prompt.indexOf(stream), 1);
    stream.isPrompt = false;
    stream.head = stream.interims = stream.offered = undefined;
  }

  fill(buffer: Uint8Array): number {
    this.drained.length = 0;
    let at = this.#largeHead.moveInto(buffer, 0);
    if (this.#largeHead.length > 0) return at;
    at = this.control.moveInto(buffer, at);
    if (this.control.length > 0) return at;
    if (this.#prompt.length > 0) at = this.#fillPrompt(buffer, at);
    return this.#prompt.length > 0 || this.#largeHead.length > 0 ? at : this.#fillContent(buffer, at);
  }

  #addPrompt(stream: Stream): void {
    if (stream.isPrompt) return;
    stream.isPrompt = true;
    this.#prompt.push(stream);
  }

  #fillPrompt(buffer: Uint8Array, start: number): number {
    const queue = this.#prompt;
    let at = start, done = 0;
    while (done < queue.length && this.#largeHead.length === 0) {
      const stream = queue[done]!;
      // The stream may be over with this, and is to be taken out of the queue only once.
      stream.isPrompt = false;
      const end = this.#promptFrames(stream, buffer, at);
      // What comes behind an interim response is prompt as well.
      stream.isPrompt = end === undefined || stream.interims !== undefined || stream.head !== undefined;
      if (end === undefined) break;
      at = end;
      if (!stream.isPrompt) done++;
    }
    if (done === queue.length) queue.length = 0;
    else queue.splice(0, done);
    return at;
  }

  /** Undefined if there is no room. */
  #promptFrames(stream: Stream, buffer: Uint8Array, start: number): number | undefined {
    if (stream.interims !== undefined) return this.#interim(stream, stream.interims, buffer, start);
    if (stream.head !== undefined) return this.#head(stream, stream.head, buffer, start);
    if (buffer.length - start < FRAME_HEAD) return undefined;
    if (stream.ends) writeFrameHead(buffer, start, 0, FrameType.Data, Flag.EndStream, stream.id);
    this.#takeOffer(stream);
    return stream.ends ? start + FRAME_HEAD : start;
  }

  #interim(stream: Stream, blocks: Uint8Array[], buffer: Uint8Array, start: number): number | undefined {
    const end = this.#headFrames(stream.id, blocks[0]!, 0, buffer, start);
    if (end === undefined) return undefined;
    blocks.shift();
    if (blocks.length === 0) stream.interims = undefined;
    return end;
  }

  #head(stream: Stream, head: ResponseHead, buffer: Uint8Array, start: number): number | undefined {
    const isEmpty = stream.offered !== undefined && stream.offered.length === 0;
    const isAll = stream.ends && (isEmpty || stream.offered === undefined);
    const end = this.#headFrames(stream.id, head, isAll ? Flag.EndStream : 0, buffer, start);
    if (end === undefined) return undefined;
    stream.head = undefined;
    stream.isHeadSent = true;
    if (isEmpty) this.#takeOffer(stream);
    else if (isAll) this.#onEnd(stream);
    else this.windowChanged(stream);
    return end;
  }

  /** Undefined if there is no room. */
  #headFrames(
    stream: number,
    head: ResponseHead | Uint8Array,
    flags: number,
    buffer: Uint8Array,
    start: number,
  ): number | undefined {
    const room = 1 + (head instanceof Uint8Array ? head.length : headRoom(head));
    if (room <= MAX_PAYLOAD && start + FRAME_HEAD + room <= buffer.length) {
      const end = this.#block(head, buffer, start + FRAME_HEAD);
      const length = end - start - FRAME_HEAD;
      writeFrameHead(buffer, start, length, FrameType.Headers, flags | Flag.EndHeaders, stream);
      return end;
    }
    if (start > 0) return undefined;
    const block = new Uint8Array(room);
    this.#cutHead(stream, block.subarray(0, this.#block(head, block, 0)), flags);
    return this.#largeHead.moveInto(buffer, start);
  }

  #block(head: ResponseHead | Uint8Array, into: Uint8Array, offset: number): number {
    const at = this.#tableSize(into, offset);
    if (!(head instanceof Uint8Array)) return writeResponseHead(head, into, at);
    into.set(head, at);
    return at + head.length;
  }

  #tableSize(into: Uint8Array, offset: number): number {
    if (!this.owesTableSize) return offset;
    this.owesTableSize = false;
    into[offset] = EMPTY_TABLE;
    return offset + 1;
  }

  /** HEADERS, and as many CONTINUATIONs as it takes. */
  #cutHead(stream: number, block: Uint8Array, flags: number): void {
    const head = new Uint8Array(FRAME_HEAD);
    for (let at = 0; at < block.length; at += MAX_PAYLOAD) {
      const piece = block.subarray(at, at + MAX_PAYLOAD);
      const last = at + piece.length === block.length ? Flag.EndHeaders : 0;
      if (at === 0) writeFrameHead(head, 0, piece.length, FrameType.Headers, flags | last, stream);
      else writeFrameHead(head, 0, piece.length, FrameType.Continuation, last, stream);
      this.#largeHead.raw(head);
      this.#largeHead.raw(piece);
    }
  }

  #fillContent(buffer: Uint8Array, start: number): number {
    let at = start, stream: Stream | undefined;
    while (this.window > 0 && (stream = this.#turns.next()) !== undefined) {
      const { waiting } = stream;
      const allowed = Math.min(stream.sendWindow, this.window);
      const room = buffer.length - at - FRAME_HEAD;
      let size = Math.min(MAX_PAYLOAD, allowed, waiting), isCut = false;
      if (size > room) {
        if (room < LEAST_CUT && at > 0) break;
        size = room;
        isCut = true;
      }
      at = this.#contentFrame(stream, size, buffer, at, isCut);
      if (!this.#calm.sent(size, size === allowed && size < waiting)) this.isWornOut = true;
    }
    return at;
  }

  /** @param keepsTurn there was no room for all that it may send now: the rest of that is the next frame */
  #contentFrame(stream: Stream, size: number, buffer: Uint8Array, start: number, keepsTurn: boolean): number {
    const offered = stream.offered!, isWhole = size === stream.waiting;
    const flags = isWhole && stream.ends ? Flag.EndStream : 0;
    const at = writeFrameHead(buffer, start, size, FrameType.Data, flags, stream.id);
    buffer.set(size === offered.length ? offered : offered.subarray(stream.sent, stream.sent + size), at);
    stream.sent += size;
    stream.sendWindow -= size;
    this.window -= size;
    stream.inTurn += size;
    if (!keepsTurn) {
      this.#turns.advance(stream, stream.inTurn);
      stream.inTurn = 0;
    }
    if (isWhole) {
      this.#turns.remove(stream);
      this.#takeOffer(stream);
    } else if (stream.sendWindow <= 0) this.#turns.remove(stream);
    return at + size;
  }

  /** The offer is in the buffer. */
  #takeOffer(stream: Stream): void {
    stream.offered = undefined;
    this.drained.push(stream.id);
    if (stream.ends) this.#onEnd(stream);
  }
}

/**
 * Contents that are taken down as they pass: their beginning, copied, since what they pass in is used again.
 *
 * @module
 */
import type { BufferPool } from "../bytes/buffer_pool.ts";
import type { BodySource, RequestBody } from "../http/message.ts";

/** Bytes of a content that are kept, at most. */
export const MOST_KEPT = 64 * 1024;

/** A content of more than this gets a buffer of MOST_KEPT bytes, which is used again. */
const LARGEST_SMALL = 16 * 1024;

/** Has room for what is kept. */
export interface Room {
  /** For contents that are not small. PERF: as garbage they would be many times what is kept. */
  readonly buffers: BufferPool;
  /** False if there is none. */
  take(bytes: number): boolean;
  give(bytes: number): void;
}

/** Memory around a content that does not matter, in bytes. */
const SPARE = 4096;

const NOTHING = new Uint8Array();

/** What is at hand, changed by nobody, and no small part of much memory, can be kept as it is. */
export function mayBeHeld({ length, buffer }: Uint8Array): boolean {
  return length <= MOST_KEPT && buffer.byteLength <= 2 * length + SPARE;
}

/** The beginning of one content, copied as it passes. */
export class Kept {
  readonly #room: Room;
  #buffer = NOTHING;
  #isClosed = false;
  /** Bytes that are kept. */
  length = 0;
  /** Bytes that have passed. */
  passed = 0;

  constructor(room: Room) {
    this.#room = room;
  }

  /** Bytes that it has taken of the room. */
  get held(): number {
    return this.#buffer.length;
  }

  /** A piece passes. */
  put(piece: Uint8Array): void {
    this.passed += piece.length;
    const count = Math.min(piece.length, MOST_KEPT - this.length), length = this.length + count;
    // What comes behind a piece that found no room is not the beginning.
    if (count === 0 || this.#isClosed) return;
    if (length > this.#buffer.length && !this.#grow(length)) return;
    this.#buffer.set(piece.subarray(0, count), this.length);
    this.length = length;
  }

  /** What is kept, copied: its memory is soon another's. */
  get bytes(): Uint8Array {
    return this.#buffer.slice(0, this.length);
  }

  /** Nothing is kept from now on; what was held is to be given back to the room by whoever has asked for that. */
  drop(): void {
    this.#isClosed = true;
    this.#release();
    this.#buffer = NOTHING;
    this.length = 0;
  }

  #grow(least: number): boolean {
    const held = this.#buffer.length;
    const size = least > LARGEST_SMALL ? MOST_KEPT : Math.max(least, Math.min(2 * held, LARGEST_SMALL));
    if (!this.#room.take(size - held)) {
      this.#isClosed = true;
      return false;
    }
    // To make room the contents of this one may have been dropped.
    if (this.#isClosed) {
      this.#room.give(size - held);
      return false;
    }
    const larger = size === MOST_KEPT ? this.#room.buffers.take() : new Uint8Array(size);
    larger.set(this.#buffer.subarray(0, this.length));
    this.#release();
    this.#buffer = larger;
    return true;
  }

  #release(): void {
    if (this.#buffer.length === MOST_KEPT) this.#room.buffers.give(this.#buffer);
  }
}

/** A request's content that is taken down as it is read. */
export class TappedBody implements RequestBody {
  /** All of it was read. */
  isWhole = false;
  readonly length: number | undefined;
  readonly #body: RequestBody;
  readonly kept: Kept;

  constructor(body: RequestBody, room: Room) {
    this.#body = body;
    this.length = body.length;
    this.kept = new Kept(room);
  }

  async read(most?: number): Promise<Uint8Array | null> {
    const piece = await this.#body.read(most);
    if (piece === null) this.isWhole = true;
    else this.kept.put(piece);
    return piece;
  }
}

/** A response's content that is taken down as it is sent. */
export class TappedSource implements BodySource {
  readonly length: number | undefined;
  readonly prompt: boolean;
  readonly isAtEnd?: () => Promise<boolean>;
  readonly #source: BodySource;
  readonly #kept: Kept;

  constructor(source: BodySource, kept: Kept) {
    this.#source = source;
    this.#kept = kept;
    this.length = source.length;
    this.prompt = source.prompt;
    if (source.isAtEnd !== undefined) this.isAtEnd = () => source.isAtEnd!();
  }

  read(buffer: Uint8Array): Promise<number | null> {
    const reading = this.#source.read(buffer);
    // PERF: what is not kept passes as if nobody looked.
    if (this.#kept.length === MOST_KEPT) return reading;
    return reading.then((count) => {
      if (count !== null) this.#kept.put(buffer.subarray(0, count));
      return count;
    });
  }

  close(): void {
    this.#source.close();
  }
}

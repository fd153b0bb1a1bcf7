/**
 * Contents that are taken down as they pass: their beginning, copied, since what they pass in is used again.
 *
 * @module
 */
import type { BodySource, RequestBody } from "../http/message.ts";

/** Bytes of a content that are kept, at most. */
export const MOST_KEPT = 64 * 1024;

/** Has room for what is kept. */
export interface Room {
  /** False if there is none. */
  take(bytes: number): boolean;
  give(bytes: number): void;
}

/** Memory around a content that does not matter, in bytes. */
const SPARE = 4096;

/** The beginning of a content that is at hand and that nobody changes: as it is, where it is not a small part of much memory. */
export function beginningOf(content: Uint8Array): Uint8Array {
  if (content.length > MOST_KEPT) return content.slice(0, MOST_KEPT);
  return content.buffer.byteLength <= 2 * content.length + SPARE ? content : content.slice();
}

/** The beginning of one content that passes piece by piece. */
export class Kept {
  readonly #room: Room;
  #pieces: Uint8Array[] = [];
  #isClosed = false;
  /** Bytes that are kept. */
  length = 0;
  /** Bytes that have passed. */
  passed = 0;

  constructor(room: Room) {
    this.#room = room;
  }

  /** A piece passes. */
  put(piece: Uint8Array): void {
    this.passed += piece.length;
    // What comes behind a piece that found no room is not the beginning.
    const count = Math.min(piece.length, MOST_KEPT - this.length);
    if (count === 0 || this.#isClosed) return;
    if (!this.#room.take(count)) this.#isClosed = true;
    else {
      this.#pieces.push(piece.slice(0, count));
      this.length += count;
    }
  }

  /** All of it, in one piece. */
  get bytes(): Uint8Array {
    if (this.#pieces.length === 1) return this.#pieces[0]!;
    const all = new Uint8Array(this.length);
    let at = 0;
    for (const piece of this.#pieces) {
      all.set(piece, at);
      at += piece.length;
    }
    return all;
  }

  /** Nothing is kept from now on; the room was given back by whoever has counted it. */
  drop(): void {
    this.#pieces = [];
    this.length = 0;
    this.#isClosed = true;
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

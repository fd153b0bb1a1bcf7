/**
 * A client and a server of HTTP/2 without a socket: requests go in, answers come out, on a connection that stays.
 *
 * @module
 */
import { DEFAULTS } from "../../lib/config/defaults.ts";
import { FieldBlock } from "../../lib/http/fields.ts";
import { ServerConnection } from "../../lib/http2/connection.ts";
import { Flag, FRAME_HEAD, FrameType, PREFACE, writeFrameHead, writeUint32 } from "../../lib/http2/frames.ts";
import type { Subject } from "../support.ts";

/** What a session makes room for at every read, and gives to each fill(). */
const READ = 2048, ROOM = 64 * 1024;

const FIELDS = new FieldBlock(
  ["Content-Type", "Last-Modified", "ETag", "Accept-Ranges"],
  ["text/html; charset=utf-8", "Sun, 22 Nov 2026 00:00:00 GMT", '"1-400-1"', "bytes"],
);

/** One frame. */
export function frame(type: FrameType, flags: number, stream: number, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(FRAME_HEAD + payload.length);
  bytes.set(payload, writeFrameHead(bytes, 0, payload.length, type, flags, stream));
  return bytes;
}

/** A request without content. */
export const headers = (block: Uint8Array, flags = Flag.EndStream | Flag.EndHeaders): Uint8Array =>
  frame(FrameType.Headers, flags, 1, block);

/** WINDOW_UPDATE. */
export function windowUpdate(increment: number): Uint8Array {
  const payload = new Uint8Array(4);
  writeUint32(payload, 0, increment);
  return frame(FrameType.WindowUpdate, 0, 0, payload);
}

/** What came of one run. */
export interface Exchanged {
  readonly requests: number;
  /** Bytes of content that were received. */
  readonly received: number;
  /** As much was sent as all answers have content, at least. */
  readonly isSent: boolean;
}

/** A connection whose windows are as large as they may be, and what is done on it over and over. */
export class Exchange {
  readonly #http = new ServerConnection({ ...DEFAULTS.limits, streams: DEFAULTS.limits.http2Streams });
  readonly #room = new Uint8Array(ROOM);
  readonly #content: Uint8Array;
  #stream = 1;

  /** @param content of each answer */
  constructor(content: number) {
    this.#content = new Uint8Array(content);
    const settings = new Uint8Array(6);
    settings[1] = 4;
    writeUint32(settings, 2, 0x7fff_ffff);
    this.#feed(PREFACE, Infinity);
    this.#feed(frame(FrameType.Settings, 0, 0, settings), Infinity);
  }

  /** Each HEADERS begins the next stream, which DATA behind it belong to. */
  run(frames: readonly Uint8Array[], most: number): Exchanged {
    let requests = 0, received = 0;
    for (const bytes of frames) {
      if (bytes[3] === FrameType.Headers) writeUint32(bytes, 5, this.#stream += 2);
      else if (bytes[3] === FrameType.Data) writeUint32(bytes, 5, this.#stream);
      const fed = this.#feed(bytes, most);
      requests += fed.requests;
      received += fed.received;
    }
    let sum = 0;
    for (let count; (count = this.#http.fill(this.#room)) > 0;) sum += count;
    return { requests, received, isSent: sum >= requests * this.#content.length };
  }

  #feed(bytes: Uint8Array, most: number): { requests: number; received: number } {
    const http = this.#http, { buffer } = http;
    let requests = 0, received = 0;
    for (let at = 0; at < bytes.length;) {
      const room = buffer.writable(READ), piece = bytes.subarray(at, at + Math.min(room.length, most));
      room.set(piece);
      buffer.commit(piece.length);
      at += piece.length;
      for (let event = http.next(); event.type !== "need data"; event = http.next()) {
        if (event.type === "data") {
          received += event.bytes.length;
          http.consumed(event.stream, event.bytes.length);
          continue;
        }
        if (event.type === "request" && !event.endsStream) continue;
        if (event.type !== "request" && event.type !== "end") {
          throw new Error(`"${event.type}" must not come here`);
        }
        requests++;
        this.#answer(event.stream);
      }
    }
    return { requests, received };
  }

  #answer(stream: number): void {
    const { length } = this.#content;
    this.#http.respond(stream, { status: 200, fields: FIELDS, length, now: 0 }, length === 0);
    if (length > 0) this.#http.offer(stream, this.#content, true);
  }
}

/** The same frames over and over on one connection; what they are answered with is allowed by its first one. */
export function exchanging(
  frames: readonly Uint8Array[],
  { content = 0, most = Infinity, ...expected }: Partial<Exchanged> & { content?: number; most?: number },
): Subject {
  const exchange = new Exchange(content);
  return [() => exchange.run(frames, most), { requests: 1, received: 0, isSent: true, ...expected }];
}

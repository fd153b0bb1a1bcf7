/**
 * What a server sends, looked at by somebody who knows nothing of lib/http2 but the layout of frames: every frame is
 * legal where it stands (RFC 9113 section 5.1), and nothing is beyond the windows.
 *
 * @module
 */
import { FRAME_HEAD, readUint31, readUint32 } from "../../lib/http2/frames.ts";

const DATA = 0,
  HEADERS = 1,
  RST_STREAM = 3,
  SETTINGS = 4,
  PING = 6,
  GOAWAY = 7,
  WINDOW_UPDATE = 8,
  CONTINUATION = 9;
const END_STREAM = 1, END_HEADERS = 4;

/** What the client has allowed in all. */
export interface Allowed {
  readonly connection: number;
  /** Of any stream. */
  readonly stream: number;
}

/** Takes the bytes of a server as it sends them. */
export class OutputCheck {
  /** The server has told of an error of the connection. */
  isOver = false;
  /** Bytes of frames that are no answers, since it was last set. */
  ofNoAnswer = 0;
  readonly #streams = new Map<number, { state: "headers" | "ended" | "reset"; sent: number }>();
  #sent = 0;
  #block = 0;

  /** @throws {Error} for whatever a client could complain of */
  add(bytes: Uint8Array, known: ReadonlySet<number>): void {
    let at = 0;
    for (; at < bytes.length;) {
      const length = readUint32(bytes, at) >>> 8, end = at + FRAME_HEAD + length;
      if (length > 16_384) throw new Error("A frame is larger than 16,384 bytes");
      if (end > bytes.length) throw new Error("A frame is cut");
      if (this.isOver) throw new Error("A frame follows GOAWAY with an error");
      this.#frame(
        bytes[at + 3]!,
        bytes[at + 4]!,
        readUint32(bytes, at + 5),
        bytes.subarray(at + FRAME_HEAD, end),
        known,
      );
      at = end;
    }
  }

  /** @throws {Error} if there is more content than the client has allowed */
  checkWindows(allowed: Allowed): void {
    if (this.#sent > allowed.connection) {
      throw new Error(`${this.#sent} bytes are beyond the connection's window`);
    }
    for (const [id, { sent }] of this.#streams) {
      if (sent > allowed.stream) throw new Error(`${sent} bytes are beyond the window of stream ${id}`);
    }
  }

  #frame(type: number, flags: number, id: number, payload: Uint8Array, known: ReadonlySet<number>): void {
    if (this.#block !== 0 && (type !== CONTINUATION || id !== this.#block)) {
      throw new Error("A block is interrupted");
    }
    if (type !== DATA && type !== HEADERS && type !== CONTINUATION) {
      this.ofNoAnswer += FRAME_HEAD + payload.length;
    }
    switch (type) {
      case DATA:
      case HEADERS:
        if (!known.has(id)) throw new Error(`An answer on stream ${id}, on which there is no request`);
        this.#answer(type, flags, id, payload.length);
        break;
      case CONTINUATION:
        if (this.#block === 0) throw new Error("A CONTINUATION of nothing");
        if (flags & END_HEADERS) this.#block = 0;
        break;
      case RST_STREAM: {
        const stream = this.#streams.get(id);
        if (stream?.state === "reset") throw new Error(`A second RST_STREAM on stream ${id}`);
        this.#streams.set(id, { state: "reset", sent: stream?.sent ?? 0 });
        break;
      }
      case GOAWAY:
        this.isOver = readUint32(payload, 4) !== 0;
        break;
      case WINDOW_UPDATE:
        if (readUint31(payload, 0) === 0) throw new Error("A WINDOW_UPDATE by 0");
        break;
      case SETTINGS:
      case PING:
        if (id !== 0) throw new Error("A frame of the connection on a stream");
        break;
      default:
        throw new Error(`A frame of type ${type}`);
    }
  }

  #answer(type: number, flags: number, id: number, length: number): void {
    const stream = this.#streams.get(id);
    if (stream !== undefined && stream.state !== "headers") {
      throw new Error(`A frame on stream ${id}, which is over`);
    }
    if (type === DATA && stream === undefined) throw new Error(`DATA without a head on stream ${id}`);
    if (type === HEADERS && !(flags & END_HEADERS)) this.#block = id;
    const content = type === DATA ? length : 0;
    this.#sent += content;
    this.#streams.set(id, {
      state: flags & END_STREAM ? "ended" : "headers",
      sent: (stream?.sent ?? 0) + content,
    });
  }
}

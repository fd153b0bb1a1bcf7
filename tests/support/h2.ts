/**
 * A client of HTTP/2 (RFC 9113) for tests, which shares nothing with the server's side of it. What is told to it is
 * sent, be it allowed or not; it reads only when something is asked of it, as a client of sockets does.
 *
 * @module
 */
import { encodeBlock, type HeaderLine, HpackDecoder } from "./client_hpack.ts";
import { joined, toBytes, toText } from "./latin1.ts";

export const FRAME = {
  data: 0,
  headers: 1,
  priority: 2,
  reset: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

export const FLAG = { ack: 1, endStream: 1, endHeaders: 4, padded: 8, priority: 0x20 } as const;

const SETTING = { initialWindow: 4, frameSize: 5 } as const;

/** What every connection begins with (section 3.4). */
export const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/** What the client takes before it has read any of it, for each stream and for all of them. */
const STREAM_WINDOW = 1024 * 1024;
const CONNECTION_WINDOW = 16 * 1024 * 1024;

/** What a client lets the server send once and for all: it gives no more by itself, and keeps no content. */
export interface GivenWindows {
  readonly stream: number;
  readonly connection: number;
}

/** What the server takes until it says otherwise (section 6.9.2). */
const FIRST_WINDOW = 65_535;

/** One frame as it came. */
export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Uint8Array;
}

/** What has come of a stream so far. */
export interface ClientStream {
  readonly id: number;
  /** Interim responses first, trailers last. */
  readonly heads: (readonly HeaderLine[])[];
  readonly pieces: Uint8Array[];
  /** Bytes of content so far. */
  received: number;
  /** The server has sent its END_STREAM. */
  isEnded: boolean;
  /** The code of its RST_STREAM. */
  reset: number | undefined;
  /** How much of the request's content the server still takes. */
  window: number;
}

/** A frame's bytes. */
export function frame(type: number, flags: number, stream: number, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(9 + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, payload.length * 256 + type);
  bytes[4] = flags;
  view.setUint32(5, stream);
  bytes.set(payload, 9);
  return bytes;
}

function setting(id: number, value: number): Uint8Array {
  const bytes = new Uint8Array(6);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, id);
  view.setUint32(2, value);
  return bytes;
}

const uint32 = (bytes: Uint8Array, at = 0) => new DataView(bytes.buffer, bytes.byteOffset).getUint32(at);

function number32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

/** @param stream 0 is the connection */
export function windowUpdate(stream: number, increment: number): Uint8Array {
  return frame(FRAME.windowUpdate, 0, stream, number32(increment));
}

/** One connection. */
export class Http2Connection implements Disposable {
  readonly streams = new Map<number, ClientStream>();
  /** The code of the server's GOAWAY, and what it says besides. */
  goAway: { readonly last: number; readonly code: number; readonly debug: string } | undefined;
  /** The server has ended the connection. */
  isOver = false;
  #received: Uint8Array = new Uint8Array();
  #reading: Promise<Frame | undefined> | undefined;
  #sent: Promise<void> = Promise.resolve();
  readonly #decoder = new HpackDecoder();
  /** Of the HEADERS that is not whole. */
  #block: { readonly stream: number; readonly flags: number; readonly pieces: Uint8Array[] } | undefined;
  #next = 1;
  #window = FIRST_WINDOW;
  #firstWindow = FIRST_WINDOW;
  #frameSize = 16_384;

  private constructor(readonly connection: Deno.Conn, readonly given: GivenWindows | undefined) {}

  /** Connects by prior knowledge, and says at once what every client says first. */
  static async connect(
    port: number,
    { hostname = "127.0.0.1", given }: { hostname?: string | undefined; given?: GivenWindows } = {},
  ): Promise<Http2Connection> {
    return await Http2Connection.on(await Deno.connect({ hostname, port }), given);
  }

  /** Begins on a connection that is there. */
  static async on(connection: Deno.Conn, given?: GivenWindows): Promise<Http2Connection> {
    const client = new Http2Connection(connection, given);
    const { stream, connection: all } = given ?? { stream: STREAM_WINDOW, connection: CONNECTION_WINDOW };
    await client.write(joined([
      toBytes(PREFACE),
      frame(FRAME.settings, 0, 0, setting(SETTING.initialWindow, stream)),
      ...all > FIRST_WINDOW ? [windowUpdate(0, all - FIRST_WINDOW)] : [],
    ]));
    return client;
  }

  /** Sends bytes as they are, behind those that are being sent. */
  write(bytes: Uint8Array): Promise<void> {
    const sent = this.#sent.then(async () => {
      for (let rest = bytes; rest.length > 0;) rest = rest.subarray(await this.connection.write(rest));
    });
    this.#sent = sent.catch(() => {});
    return sent;
  }

  /** Opens a stream. */
  async request(lines: readonly HeaderLine[], endsStream: boolean): Promise<ClientStream> {
    const stream: ClientStream = {
      id: this.#next,
      heads: [],
      pieces: [],
      received: 0,
      isEnded: false,
      reset: undefined,
      window: this.#firstWindow,
    };
    this.#next += 2;
    this.streams.set(stream.id, stream);
    await this.headers(stream.id, encodeBlock(lines), endsStream);
    return stream;
  }

  /** Sends a header block, in as many frames as it takes. */
  async headers(stream: number, block: Uint8Array, endsStream: boolean): Promise<void> {
    const frames: Uint8Array[] = [];
    for (let at = 0; at === 0 || at < block.length; at += this.#frameSize) {
      const payload = block.subarray(at, at + this.#frameSize);
      const flags = at + this.#frameSize >= block.length ? FLAG.endHeaders : 0;
      frames.push(
        at === 0
          ? frame(FRAME.headers, flags | (endsStream ? FLAG.endStream : 0), stream, payload)
          : frame(FRAME.continuation, flags, stream, payload),
      );
    }
    await this.write(joined(frames));
  }

  /**
   * Sends content, as fast as the server's windows let it. What the server does not want any more is not sent: its
   * answer or the stream's end has come.
   */
  async data(stream: ClientStream, bytes: Uint8Array, endsStream: boolean): Promise<void> {
    do {
      const room = Math.min(this.#window, stream.window, this.#frameSize);
      if (room <= 0 && bytes.length > 0) {
        if (isOver(stream) || !(await this.read())) return;
        continue;
      }
      const piece = bytes.subarray(0, room);
      bytes = bytes.subarray(piece.length);
      this.#window -= piece.length;
      stream.window -= piece.length;
      const isLast = bytes.length === 0 && endsStream;
      await this.write(frame(FRAME.data, isLast ? FLAG.endStream : 0, stream.id, piece));
    } while (bytes.length > 0);
  }

  /**
   * Takes up one frame and answers it where that is due; undefined at the end of the connection. Whoever asks while it
   * is waited for gets the same one.
   */
  read(): Promise<Frame | undefined> {
    return this.#reading ??= this.#read().finally(() => this.#reading = undefined);
  }

  async #read(): Promise<Frame | undefined> {
    const head = await this.#take(9);
    const length = head && head[0]! * 65_536 + head[1]! * 256 + head[2]!;
    const payload = length === undefined ? undefined : await this.#take(length);
    if (!head || !payload) {
      this.isOver = true;
      return undefined;
    }
    const frame = { type: head[3]!, flags: head[4]!, stream: uint32(head, 5), payload };
    await this.#handle(frame);
    return frame;
  }

  [Symbol.dispose](): void {
    try {
      this.connection.close();
    } catch {
      // It is closed already.
    }
  }

  async #handle(received: Frame): Promise<void> {
    const { type, flags, payload } = received;
    const stream = this.streams.get(received.stream);
    if (type === FRAME.headers) return this.#begin(received);
    if (type === FRAME.continuation) return this.#continue(received);
    if (type === FRAME.data) return await this.#data(stream, received);
    if (type === FRAME.settings && !(flags & FLAG.ack)) return await this.#settings(payload);
    if (type === FRAME.ping && !(flags & FLAG.ack)) {
      return await this.#answer(frame(FRAME.ping, FLAG.ack, 0, payload));
    }
    if (type === FRAME.reset && stream) stream.reset = uint32(payload);
    if (type === FRAME.goAway) {
      this.goAway = { last: uint32(payload), code: uint32(payload, 4), debug: toText(payload.subarray(8)) };
    }
    if (type === FRAME.windowUpdate) {
      if (stream) stream.window += uint32(payload);
      else if (received.stream === 0) this.#window += uint32(payload);
    }
  }

  #begin({ stream, flags, payload }: Frame): void {
    if (flags & (FLAG.padded | FLAG.priority)) throw new Error("the server pads, or tells a priority");
    this.#block = { stream, flags, pieces: [payload] };
    if (flags & FLAG.endHeaders) this.#endBlock();
  }

  #continue({ stream, flags, payload }: Frame): void {
    if (this.#block?.stream !== stream) throw new Error("CONTINUATION of nothing");
    this.#block.pieces.push(payload);
    if (flags & FLAG.endHeaders) this.#endBlock();
  }

  #endBlock(): void {
    const { stream: id, flags, pieces } = this.#block!;
    this.#block = undefined;
    // Also of a stream that nobody knows: the table is the connection's.
    const lines = this.#decoder.decode(joined(pieces));
    const stream = this.streams.get(id);
    if (!stream) throw new Error(`an answer on stream ${id}, which was not opened`);
    if (stream.isEnded) throw new Error(`a header block on stream ${id}, which is over`);
    stream.heads.push(lines);
    if (flags & FLAG.endStream) stream.isEnded = true;
  }

  async #data(stream: ClientStream | undefined, { flags, payload, stream: id }: Frame): Promise<void> {
    if (!stream || stream.isEnded) throw new Error(`DATA on stream ${id}, which is over`);
    if (flags & FLAG.padded) throw new Error("the server pads");
    if (this.given === undefined) stream.pieces.push(payload);
    stream.received += payload.length;
    if (flags & FLAG.endStream) stream.isEnded = true;
    if (payload.length === 0 || this.given !== undefined) return;
    await this.#answer(windowUpdate(0, payload.length));
    if (!stream.isEnded) await this.#answer(windowUpdate(id, payload.length));
  }

  async #settings(payload: Uint8Array): Promise<void> {
    for (let at = 0; at < payload.length; at += 6) {
      const id = payload[at]! * 256 + payload[at + 1]!, value = uint32(payload, at + 2);
      if (id === SETTING.frameSize) this.#frameSize = value;
      if (id !== SETTING.initialWindow) continue;
      for (const stream of this.streams.values()) stream.window += value - this.#firstWindow;
      this.#firstWindow = value;
    }
    await this.#answer(frame(FRAME.settings, FLAG.ack, 0, new Uint8Array()));
  }

  /** What the server does not wait for may come too late for it. */
  async #answer(bytes: Uint8Array): Promise<void> {
    try {
      await this.write(bytes);
    } catch {
      // It has left; what it said before is read on.
    }
  }

  async #take(length: number): Promise<Uint8Array | undefined> {
    while (this.#received.length < length) {
      const buffer = new Uint8Array(65_536);
      let count: number | null;
      try {
        count = await this.connection.read(buffer);
      } catch {
        // A reset is an end too; what a test wants to know is what came before it.
        count = null;
      }
      if (count === null) return undefined;
      this.#received = joined([this.#received, buffer.subarray(0, count)]);
    }
    const taken = this.#received.subarray(0, length);
    this.#received = this.#received.subarray(length);
    return taken;
  }
}

/** Nothing more of the request is wanted. */
export const isOver = ({ isEnded, reset }: ClientStream) => isEnded || reset !== undefined;

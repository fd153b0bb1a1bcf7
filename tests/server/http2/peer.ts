/**
 * A client of HTTP/2 driven by hand, over a connection without a network: it sends frames, and reads those of the
 * session as short lines.
 *
 * @module
 */
import type { Handler, Response } from "../../../lib/http/message.ts";
import { FieldBlock } from "../../../lib/http/fields.ts";
import { errorName } from "../../../lib/http2/error_codes.ts";
import { HpackDecoder } from "../../../lib/http2/hpack/decoder.ts";
import { encodeFields } from "../../../lib/http2/hpack/encoder.ts";
import { AccessLog } from "../../../lib/server/access_log.ts";
import { Http2Session } from "../../../lib/server/http2/session.ts";
import { FakeLog } from "../../support/fakes.ts";
import { toBytes, toText } from "../../support/wire.ts";
import { FakeConnection, fakeContext, LIMITS } from "../fakes.ts";

export const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

const TYPES = [
  "DATA",
  "HEADERS",
  "PRIORITY",
  "RST_STREAM",
  "SETTINGS",
  "PUSH_PROMISE",
  "PING",
  "GOAWAY",
  "WINDOW_UPDATE",
  "CONTINUATION",
];

const uint32 = (value: number) => toText(new Uint8Array([value >>> 24, value >>> 16, value >>> 8, value]));
const toUint32 = (text: string, at = 0) =>
  [0, 1, 2, 3].reduce((sum, i) => sum * 256 + text.charCodeAt(at + i), 0);

/** One frame as text, a character a byte. */
export function frame(type: string, flags: number, stream: number, payload = ""): string {
  const { length } = payload;
  const head = [length >>> 16, length >>> 8, length, TYPES.indexOf(type), flags];
  return toText(new Uint8Array(head)) + uint32(stream) + payload;
}

export const SETTINGS = frame("SETTINGS", 0, 0);
export const SETTINGS_ACK = frame("SETTINGS", 1, 0);

/** SETTINGS with a window for new streams. */
export const windowOfStreams = (size: number) => frame("SETTINGS", 0, 0, "\0\x04" + uint32(size));

/** A request's head; its fields stand behind the pseudo-fields. */
export function request(
  stream: number,
  { method = "GET", path = "/", ends = true, ...fields }: {
    readonly method?: string;
    readonly path?: string;
    readonly ends?: boolean;
    readonly [name: string]: string | boolean | undefined;
  } = {},
): string {
  const all = Object.entries({
    ":method": method,
    ":scheme": "http",
    ":path": path,
    ":authority": "a.test",
    ...fields,
  });
  const block = encodeFields(all.map(([name]) => name), all.map(([, value]) => String(value)));
  return frame("HEADERS", ends ? 5 : 4, stream, toText(block));
}

export const data = (stream: number, text: string, ends = false) => frame("DATA", ends ? 1 : 0, stream, text);
export const windowUpdate = (stream: number, increment: number) =>
  frame("WINDOW_UPDATE", 0, stream, uint32(increment));
export const rstStream = (stream: number, code: number) => frame("RST_STREAM", 0, stream, uint32(code));
export const ping = (payload = "12345678", flags = 0) => frame("PING", flags, 0, payload);

/** A frame of the session's. */
export interface SeenFrame {
  readonly type: string;
  readonly flags: number;
  readonly stream: number;
  readonly payload: string;
}

/** Takes whole frames off the front of a text. */
export function takeFrames(text: string): { frames: SeenFrame[]; rest: string } {
  const frames: SeenFrame[] = [];
  let at = 0;
  while (text.length - at >= 9) {
    const end = at + 9 + (toUint32(text, at) >>> 8);
    if (end > text.length) break;
    frames.push({
      type: TYPES[text.charCodeAt(at + 3)]!,
      flags: text.charCodeAt(at + 4),
      stream: toUint32(text, at + 5),
      payload: text.slice(at + 9, end),
    });
    at = end;
  }
  return { frames, rest: text.slice(at) };
}

/** A session and its client. */
export class Peer {
  readonly connection = new FakeConnection();
  readonly fakes: ReturnType<typeof fakeContext>;
  readonly log = new FakeLog();
  readonly session: Http2Session;
  readonly running: Promise<void>;
  /** Content of each stream, as far as it was looked at by seen(). */
  readonly contents = new Map<number, string>();
  isOver = false;
  #looked = 0;
  readonly #decoder = new HpackDecoder(1e6);

  constructor(handler: Handler, { limits = LIMITS, turnedAway = false, extendedConnect = false } = {}) {
    this.fakes = fakeContext((clock) => new AccessLog(this.log, "combined", 1, clock), limits);
    this.fakes.context.settings = { ...this.fakes.context.settings, extendedConnect };
    this.session = new Http2Session(this.connection, handler, this.fakes.context, new Uint8Array());
    this.running = (turnedAway ? this.session.turnAway() : this.session.run()).then(() => {
      this.isOver = true;
    });
  }

  /** One whose handshake is over. */
  static async greeted(
    handler: Handler,
    options: { limits?: typeof LIMITS; settings?: string; extendedConnect?: boolean } = {},
  ): Promise<Peer> {
    const peer = new Peer(handler, options);
    await peer.send(PREFACE, options.settings ?? SETTINGS, SETTINGS_ACK);
    peer.seen();
    return peer;
  }

  get clock() {
    return this.fakes.clock;
  }

  get errors(): readonly string[] {
    return this.fakes.errorLog.lines;
  }

  /** Sends frames in one piece. */
  send(...frames: readonly string[]): Promise<void> {
    return this.connection.push(frames.join(""));
  }

  /** What came since the last look but for windows, a line for each frame: `HEADERS 1 200 END`, `DATA 1 5`, `RST_STREAM 1 CANCEL`. */
  seen(): string[] {
    const { frames, rest } = takeFrames(this.connection.output.slice(this.#looked));
    this.#looked = this.connection.output.length - rest.length;
    return frames.filter(({ type }) => type !== "WINDOW_UPDATE").map((seen) => this.#line(seen));
  }

  /** Ends the session, whatever it is doing. */
  async end(): Promise<void> {
    this.session.abort();
    await this.running;
  }

  #line({ type, flags, stream, payload }: SeenFrame): string {
    const end = flags & 1 ? " END" : "";
    switch (type) {
      case "DATA":
        this.contents.set(stream, (this.contents.get(stream) ?? "") + payload);
        return `DATA ${stream} ${payload.length}${end}`;
      case "HEADERS":
        return `HEADERS ${stream} ${this.fieldsOf(payload).get(":status")}${end}`;
      case "RST_STREAM":
        return `RST_STREAM ${stream} ${errorName(toUint32(payload))}`;
      case "GOAWAY":
        return `GOAWAY ${toUint32(payload)} ${errorName(toUint32(payload, 4))}`;
      default:
        return `${type}${flags & 1 ? " ACK" : ""}`;
    }
  }

  /** The fields of a whole block, each name once. */
  fieldsOf(block: string): Map<string, string> {
    const fields = new Map<string, string>(), bytes = toBytes(block);
    const state = this.#decoder.decode(bytes, 0, bytes.length, true, {
      add: (name, value) => {
        fields.set(name, value);
        return true;
      },
    });
    if (state !== "whole") throw new Error(`a header block is ${state}`);
    return fields;
  }
}

/** An answer of text. */
export const text = (body: string, status = 200): Response => ({
  status,
  fields: FieldBlock.EMPTY,
  body: toBytes(body),
});

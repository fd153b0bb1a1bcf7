/**
 * Frames as readable lines and back, as the cases of this folder write them: see README.md.
 *
 * @module
 */
import { decodeLatin1, encodeLatin1 } from "../../lib/bytes/latin1.ts";
import { ErrorCode, errorName } from "../../lib/http2/error_codes.ts";
import { Flag, FRAME_HEAD, FrameType, PREFACE, readUint32, writeFrameHead } from "../../lib/http2/frames.ts";
import { HpackDecoder } from "../../lib/http2/hpack/decoder.ts";
import { Setting } from "../../lib/http2/peer_settings.ts";
import { escape, unescape } from "../wire/escape.ts";

const TYPES: Readonly<Record<string, number>> = {
  DATA: FrameType.Data,
  HEADERS: FrameType.Headers,
  PRIORITY: FrameType.Priority,
  RST_STREAM: FrameType.RstStream,
  SETTINGS: FrameType.Settings,
  PUSH_PROMISE: FrameType.PushPromise,
  PING: FrameType.Ping,
  GOAWAY: FrameType.GoAway,
  WINDOW_UPDATE: FrameType.WindowUpdate,
  CONTINUATION: FrameType.Continuation,
  PRIORITY_UPDATE: FrameType.PriorityUpdate,
};

const SETTINGS: Readonly<Record<string, number>> = {
  HEADER_TABLE_SIZE: Setting.HeaderTableSize,
  ENABLE_PUSH: Setting.EnablePush,
  MAX_CONCURRENT_STREAMS: Setting.MaxConcurrentStreams,
  INITIAL_WINDOW_SIZE: Setting.InitialWindowSize,
  MAX_FRAME_SIZE: Setting.MaxFrameSize,
  MAX_HEADER_LIST_SIZE: 6,
  ENABLE_CONNECT_PROTOCOL: Setting.EnableConnectProtocol,
  NO_RFC7540_PRIORITIES: Setting.NoRfc7540Priorities,
};

const FLAGS: Readonly<Record<string, number>> = {
  ACK: Flag.Ack,
  END_STREAM: Flag.EndStream,
  END_HEADERS: Flag.EndHeaders,
  PADDED: Flag.Padded,
  PRIORITY: Flag.Priority,
};

const ERRORS = new Map(
  Object.values(ErrorCode).filter((code) => typeof code === "number").map((code) => [errorName(code), code]),
);

/** Reads lines, and counts the streams that `next` stands for. */
export class Notation {
  #next = 1;

  /** One line as bytes. @throws {Error} if it is none */
  bytesOf(line: string): Uint8Array<ArrayBuffer> {
    const times = /^(\d+) times (.*)$/.exec(line);
    if (times === null) return this.#frame(line);
    return concat(Array.from({ length: Number(times[1]) }, () => this.#frame(times[2]!)));
  }

  #frame(line: string): Uint8Array<ArrayBuffer> {
    if (line === "PREFACE") return new Uint8Array(PREFACE);
    const request = /^(GET|POST) (\d+|next) (\S+)(.*)$/.exec(line);
    if (request !== null) {
      const [, method, stream, path, rest] = request;
      const flags = method === "GET" ? "END_STREAM END_HEADERS" : "END_HEADERS";
      return this.#frame(`HEADERS ${stream} ${flags} | ${method} ${path}${rest}`);
    }
    const [head = "", ...fields] = line.split(" | ");
    const words = head.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? [];
    const type = words[0] ?? "";
    const payload = words.find((word) => word.startsWith('"') || word.startsWith("hex:"));
    const content = payload === undefined ? new Uint8Array() : contentOf(payload);
    if (type === "BYTES") return content;
    const option = (name: string) =>
      words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
    const number = (name: string) => option(name) === undefined ? undefined : Number(option(name));
    const code = TYPES[type] ?? number("type");
    if (code === undefined) throw new Error(`There is no frame "${type}"`);
    let flags = number("flags") ?? 0;
    for (const word of words.slice(1)) flags |= FLAGS[word] ?? 0;
    const named = words[1] === "next" ? this.#take() : /^\d+$/.test(words[1] ?? "") ? Number(words[1]) : 0;
    const blocks = fields.flatMap(expand).map(literal);
    let body = concat([...ownPayload(code, words, named, option), ...blocks, content]);
    const padding = number("padding");
    if (option("on") !== undefined && code === FrameType.Headers) {
      flags |= Flag.Priority;
      body = concat([uint(Number(option("on")), 4), uint(number("weight") ?? 0, 1), body]);
    }
    if (padding !== undefined) {
      flags |= Flag.Padded;
      body = concat([uint(padding, 1), body, new Uint8Array(padding)]);
    }
    const isOfConnection = code === FrameType.PriorityUpdate && option("stream") === undefined;
    const stream = number("stream") ?? (isOfConnection ? 0 : named);
    const frame = new Uint8Array(FRAME_HEAD);
    writeFrameHead(
      frame,
      0,
      number("length") ?? body.length,
      code,
      flags,
      words.some((word) => word === "reserved") ? stream + 2 ** 31 : stream,
    );
    return concat([frame, body]);
  }

  #take(): number {
    this.#next += 2;
    return this.#next - 2;
  }
}

/** What a type has as its payload besides text and fields. */
function ownPayload(
  type: number,
  words: readonly string[],
  stream: number,
  option: (name: string) => string | undefined,
): Uint8Array[] {
  const error = () => words.map((word) => ERRORS.get(word)).find((code) => code !== undefined);
  if (words.some((word) => word.startsWith("hex:"))) return [];
  switch (type) {
    case FrameType.Settings:
      return words.flatMap((word) => {
        const [name = "", value] = word.split("=");
        const id = SETTINGS[name] ?? (name.startsWith("0x") ? Number(name) : undefined);
        return id === undefined ? [] : [uint(id, 2), uint(Number(value), 4)];
      });
    case FrameType.RstStream:
      return [uint(error() ?? Number(option("code") ?? 0), 4)];
    case FrameType.GoAway:
      return [uint(Number(option("last") ?? 0), 4), uint(error() ?? 0, 4)];
    case FrameType.WindowUpdate:
      return [uint(Number(words.find((word) => word.startsWith("+")) ?? 0), 4)];
    case FrameType.Priority:
      return [uint(Number(option("on")), 4), uint(0, 1)];
    case FrameType.PriorityUpdate:
      return [uint(stream, 4)];
    default:
      return [];
  }
}

/** `GET /path` stands for the four pseudo-fields. */
function expand(field: string): [name: string, value: string][] {
  const request = /^([A-Z]+) (\S+)$/.exec(field);
  if (request !== null) {
    const [, method = "", path = ""] = request;
    return [[":method", method], [":scheme", "https"], [":path", path], [":authority", "a"]];
  }
  const [, name = "", value = ""] = /^([^ ]*) ?(.*)$/.exec(field) ?? [];
  return [[name === "(empty)" ? "" : unescape(name), unescape(value)]];
}

/** A literal field that is put into no table: RFC 7541 section 6.2.2. */
function literal([name, value]: [name: string, value: string]): Uint8Array<ArrayBuffer> {
  return concat([uint(0, 1), text(name), text(value)]);
}

function text(value: string): Uint8Array<ArrayBuffer> {
  const length: number[] = [];
  if (value.length < 127) length.push(value.length);
  else {
    length.push(127);
    let rest = value.length - 127;
    for (; rest > 127; rest >>= 7) length.push(rest & 127 | 128);
    length.push(rest);
  }
  return concat([new Uint8Array(length), encodeLatin1(value)]);
}

function contentOf(word: string): Uint8Array<ArrayBuffer> {
  if (word.startsWith('"')) return encodeLatin1(unescape(word.slice(1, -1)));
  return new Uint8Array((word.slice("hex:".length).match(/../g) ?? []).map((byte) => parseInt(byte, 16)));
}

function uint(value: number, bytes: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(
    Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** (bytes - 1 - i)) % 256),
  );
}

export function concat(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** One frame that the server has sent. */
export interface SentFrame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Uint8Array;
}

/** Takes the bytes of a server apart. */
export class SentFrames {
  #bytes = new Uint8Array();

  /** The frames that are whole with these bytes. */
  add(bytes: Uint8Array): SentFrame[] {
    this.#bytes = concat([this.#bytes, bytes]);
    const frames: SentFrame[] = [];
    let at = 0;
    while (this.#bytes.length - at >= FRAME_HEAD) {
      const length = readUint32(this.#bytes, at) >>> 8;
      const end = at + FRAME_HEAD + length;
      if (end > this.#bytes.length) break;
      const [type = 0, flags = 0] = this.#bytes.subarray(at + 3);
      frames.push({
        type,
        flags,
        stream: readUint32(this.#bytes, at + 5),
        payload: this.#bytes.slice(at + FRAME_HEAD, end),
      });
      at = end;
    }
    this.#bytes = this.#bytes.slice(at);
    return frames;
  }

  /** Bytes of a frame that is not whole. */
  get rest(): number {
    return this.#bytes.length;
  }
}

/** Of every head, so the cases leave them out. */
const OF_EVERY_HEAD = ["server", "date", "x-content-type-options"];

/** Writes frames of the server as lines. */
export class FrameWriter {
  readonly #decoder = new HpackDecoder(Infinity);

  lineOf({ type, flags, stream, payload }: SentFrame): string {
    const name = Object.keys(TYPES).find((name) => TYPES[name] === type)!;
    const has = (flag: Flag, word: string) => flags & flag ? ` ${word}` : "";
    const onStream = stream === 0 ? "" : ` ${stream}`;
    switch (type) {
      case FrameType.Data:
        return `${name} ${stream}${has(Flag.EndStream, "END_STREAM")} ${dataText(payload)}`;
      case FrameType.Headers:
        return `${name} ${stream}${has(Flag.EndStream, "END_STREAM")}${has(Flag.EndHeaders, "END_HEADERS")}` +
          this.#fields(payload, flags);
      case FrameType.Continuation:
        return `${name} ${stream}${has(Flag.EndHeaders, "END_HEADERS")}${this.#fields(payload, flags)}`;
      case FrameType.Settings:
        return `${name}${has(Flag.Ack, "ACK")}${settingsText(payload)}`;
      case FrameType.Ping:
        return `${name}${has(Flag.Ack, "ACK")} "${escape(decodeLatin1(payload))}"`;
      case FrameType.RstStream:
        return `${name} ${stream} ${errorName(readUint32(payload, 0))}`;
      case FrameType.WindowUpdate:
        return `${name} ${stream} +${readUint32(payload, 0)}`;
      case FrameType.GoAway: {
        const reason = escape(decodeLatin1(payload.subarray(8)));
        const code = errorName(readUint32(payload, 4));
        return `${name} last=${readUint32(payload, 0)} ${code}${reason && ` "${reason}"`}`;
      }
      default:
        throw new Error(`The server sends a frame of type ${type}${onStream}`);
    }
  }

  #fields(block: Uint8Array, flags: number): string {
    const first = block[0] ?? 0;
    let line = first >> 5 === 1 ? ` | table ${first & 31}` : "";
    const state = this.#decoder.decode(block, 0, block.length, (flags & Flag.EndHeaders) !== 0, {
      add: (name, value) => {
        if (!OF_EVERY_HEAD.includes(name)) {
          line += ` | ${name} ${value.length > 100 ? `(${value.length})` : value}`;
        }
        return true;
      },
    });
    if (state !== "whole" && state !== "more") throw new Error(`The server's header block is a ${state}`);
    return line;
  }
}

/** Content, or its length where there is much of it. */
export function dataText(bytes: Uint8Array): string {
  return bytes.length > 64 ? String(bytes.length) : `"${escape(decodeLatin1(bytes))}"`;
}

function settingsText(payload: Uint8Array): string {
  let line = "";
  for (let at = 0; at < payload.length; at += 6) {
    const id = payload[at]! << 8 | payload[at + 1]!;
    line += ` ${Object.keys(SETTINGS).find((name) => SETTINGS[name] === id)}=${readUint32(payload, at + 2)}`;
  }
  return line;
}

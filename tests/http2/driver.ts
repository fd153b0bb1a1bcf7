/**
 * Feeds a connection, answers its requests, and writes down its events and the frames that it sends, one a line, in the
 * words of README.md.
 *
 * @module
 */
import { FieldBlock } from "../../lib/http/fields.ts";
import { ServerConnection } from "../../lib/http2/connection.ts";
import { ErrorCode, errorName } from "../../lib/http2/error_codes.ts";
import type { Event, RequestHead } from "../../lib/http2/events.ts";
import { Flag, FrameType, MAX_PAYLOAD } from "../../lib/http2/frames.ts";
import type { Http2Limits } from "../../lib/http2/limits.ts";
import { escape } from "../wire/escape.ts";
import { concat, dataText, FrameWriter, type SentFrame, SentFrames } from "./notation.ts";

/** How to drive. */
export interface DriveOptions {
  readonly limits: Http2Limits;
  readonly extendedConnect?: boolean;
  /** Bytes of content of each answer; undefined: no answers are given. */
  readonly answer?: number | undefined;
  /** Content that is received is never consumed(). */
  readonly keepsContent?: boolean;
  /** Bytes for each fill(). */
  readonly room?: number;
}

/** One line of what happened. */
export interface Line {
  /** "event", or the stream of a frame. */
  readonly of: "event" | number;
  /** Without the content that belongs to it. */
  readonly text: string;
  readonly bytes?: Uint8Array;
}

/** Content of answers: the alphabet again and again. */
const CONTENT = new Uint8Array(1 << 20).map((_, i) => 0x61 + i % 26);

/** A connection with whoever serves it. */
export class Driver {
  readonly connection: ServerConnection;
  readonly lines: Line[] = [];
  readonly #options: DriveOptions;
  readonly #sent = new SentFrames();
  readonly #writer = new FrameWriter();
  readonly #buffer: Uint8Array;
  constructor(options: DriveOptions) {
    this.#options = options;
    this.connection = new ServerConnection(options.limits, {
      extendedConnect: options.extendedConnect ?? false,
    });
    this.#buffer = new Uint8Array(options.room ?? 65_536);
  }

  feed(bytes: Uint8Array): void {
    this.connection.receive(bytes);
    this.drain();
  }

  /** Takes all events, and sends whatever can be sent after each. */
  drain(): void {
    while (true) {
      const event = this.connection.next();
      if (event.type !== "need data") this.#take(event);
      this.flush();
      if (event.type === "need data" || event.type === "closed") break;
    }
  }

  flush(): void {
    let count: number;
    while ((count = this.connection.fill(this.#buffer)) > 0) {
      for (const frame of this.#sent.add(this.#buffer.subarray(0, count))) this.#note(frame);
    }
    if (this.#sent.rest > 0) throw new Error("A frame is sent in part only");
    if (this.connection.hasOutput) throw new Error("There is output that fill() does not give");
  }

  /** An action of the server's side, as the cases write it. */
  act(line: string): void {
    const [action, ...words] = line.split(" ");
    const id = Number(words[0]);
    const code = ErrorCode[
      (words.at(-1) ?? "").replaceAll(/(?:^|_)([A-Z])([A-Z]*)/g, (_, a, b) => a + b.toLowerCase()) as
        & keyof typeof ErrorCode
        & string
    ] as ErrorCode | undefined;
    switch (action) {
      case "respond":
        this.#respond(id, Number(words[1]));
        break;
      case "head":
        this.connection.respond(id, head(undefined), false);
        break;
      case "large":
        this.connection.respond(id, { ...head(0), fields: fieldOf(Number(words[1])) }, true);
        break;
      case "only-head":
        this.connection.respond(id, head(Number(words[1])), true);
        break;
      case "offer":
        this.connection.offer(id, CONTENT.subarray(0, Number(words[1])), words[2] === "end");
        break;
      case "inform":
        this.connection.inform(id, 100);
        break;
      case "reset":
        this.connection.reset(id, code!);
        break;
      case "consumed":
        this.connection.consumed(id, Number(words[1]));
        break;
      case "want":
        this.connection.wantMore(id);
        break;
      case "goaway":
        this.connection.goAway(code!, words.length > 1 ? Number(words[0]) : undefined);
        break;
      case "wait":
        this.#write("event", "wait");
        break;
      case "end":
        this.connection.endOfInput();
        this.drain();
        break;
      default:
        throw new Error(`There is no action "${line}"`);
    }
    this.flush();
  }

  #take(event: Event): void {
    switch (event.type) {
      case "request":
        this.#write("event", requestLine(event.stream, event.head, event.endsStream));
        for (const [name, value] of event.head.fields) {
          if (name !== "host") {
            this.#write(
              "event",
              `field ${name}: ${escape(value.length > 100 ? `(${value.length})` : value)}`,
            );
          }
        }
        if (event.endsStream) this.#answer(event.stream);
        break;
      case "refusal":
        this.#write("event", `refusal ${event.stream} ${event.error.status} ${event.error.message}`);
        this.connection.respond(event.stream, { ...head(0), status: event.error.status }, true);
        break;
      case "data":
        if (event.bytes.length === 0) throw new Error("A data event has no bytes");
        this.#addContent("event", `data ${event.stream} `, event.bytes);
        if (!this.#options.keepsContent) this.connection.consumed(event.stream, event.bytes.length);
        break;
      case "end":
        this.#write("event", `end ${event.stream}`);
        this.#answer(event.stream);
        break;
      case "reset":
        this.#write(
          "event",
          `reset ${event.stream} ${errorName(event.code)}${event.byPeer ? " by peer" : ""}`,
        );
        break;
      case "closed":
        if (this.lines.some(({ of, text }) => of === "event" && text === "closed")) break;
        this.#write("event", "closed");
        break;
      default:
        this.#write("event", event.type);
    }
  }

  #answer(id: number): void {
    if (this.#options.answer !== undefined) this.#respond(id, this.#options.answer);
  }

  #respond(id: number, length: number): void {
    this.connection.respond(id, head(length), length === 0);
    if (length > 0) this.connection.offer(id, CONTENT.subarray(0, length), true);
  }

  #note(frame: SentFrame): void {
    if (frame.payload.length > MAX_PAYLOAD) throw new Error("A frame is larger than every client takes");
    if (frame.type !== FrameType.Data) return this.#write(frame.stream, `< ${this.#writer.lineOf(frame)}`);
    const end = frame.flags & Flag.EndStream ? "END_STREAM " : "";
    this.#addContent(frame.stream, `< DATA ${frame.stream} `, frame.payload);
    if (end !== "") this.#endContent();
  }

  #addContent(of: "event" | number, text: string, bytes: Uint8Array): void {
    this.lines.push({ of, text, bytes: bytes.slice() });
  }

  #endContent(): void {
    const last = this.lines.pop()!;
    this.lines.push({ ...last, text: `${last.text}END_STREAM ` });
  }

  #write(of: "event" | number, text: string): void {
    this.lines.push({ of, text });
  }
}

/** Pieces of content that follow each other as one. */
export function merged(lines: readonly Line[]): Line[] {
  const result: Line[] = [];
  for (let at = 0; at < lines.length; at++) {
    let line = lines[at]!;
    const pieces: Uint8Array[] = [];
    for (; line.bytes !== undefined; line = lines[++at]!) {
      pieces.push(line.bytes);
      const next = lines[at + 1];
      if (next?.bytes === undefined || !next.text.startsWith(line.text)) break;
    }
    result.push(pieces.length === 0 ? line : { ...line, bytes: concat(pieces) });
  }
  return result;
}

/** As the cases have it. */
export function textsOf(lines: readonly Line[]): string[] {
  return merged(lines).map(({ text, bytes }) => bytes === undefined ? text : text + dataText(bytes));
}

/**
 * What does not depend on how the bytes are cut: the events in their order, and the frames of each stream in theirs. An
 * update of a window may be larger where more is read at once.
 */
export function projection(lines: readonly Line[]): Record<string, string[]> {
  const parts: Record<string, string[]> = {};
  for (const [of, part] of Map.groupBy(lines, ({ of }) => of)) parts[of] = textsOf(part);
  return parts;
}

function head(length: number | undefined) {
  return { status: 200, fields: FieldBlock.EMPTY, length, now: 0 };
}

function fieldOf(size: number): FieldBlock {
  return new FieldBlock(["x-large"], ["v".repeat(size)]);
}

function requestLine(stream: number, head: RequestHead, endsStream: boolean): string {
  const { method, target, form, host, path, query, length, expectsContinue, protocol } = head;
  const parts = ["request", stream, method, target, `host=${host}`];
  if (form !== "origin") parts.push(`form=${form}`);
  if (path !== target && form === "origin") parts.push(`path=${path}`);
  if (query !== undefined) parts.push(`query=${query}`);
  if (length !== undefined) parts.push(`length=${length}`);
  if (protocol !== undefined) parts.push(`protocol=${protocol}`);
  if (expectsContinue) parts.push("expects-continue");
  if (endsStream) parts.push("end");
  return escape(parts.join(" "));
}

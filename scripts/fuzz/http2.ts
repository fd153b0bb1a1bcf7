/**
 * lib/http2's connection as a target: whatever a client sends, and however it is cut, the same events come and the same
 * bytes are sent, no call of the server throws, every frame is legal, and nothing grows.
 *
 * @module
 */
import { FieldBlock } from "../../lib/http/fields.ts";
import { ServerConnection } from "../../lib/http2/connection.ts";
import { ErrorCode } from "../../lib/http2/error_codes.ts";
import type { Event } from "../../lib/http2/events.ts";
import { FRAME_HEAD, FrameType, readUint31, readUint32 } from "../../lib/http2/frames.ts";
import type { Http2Limits } from "../../lib/http2/limits.ts";
import { readHttp2Cases } from "../../tests/http2/cases.ts";
import { Notation } from "../../tests/http2/notation.ts";
import { escapeBytes } from "../../tests/wire/escape.ts";
import { FRAME_MUTATIONS, splitFrames } from "./http2_frames.ts";
import { type Allowed, OutputCheck } from "./http2_output.ts";
import { concat, cutAtRandom } from "./pieces.ts";
import { Random } from "./random.ts";
import type { FuzzTarget } from "./target.ts";

const WORDS = `GET 1 /
GET 3 / | priority u=1, i
POST 5 / | content-length 3
DATA 5 END_STREAM "abc"
HEADERS 1 END_STREAM END_HEADERS | x-a 1
HEADERS 7 | GET /
CONTINUATION 7 END_HEADERS
SETTINGS INITIAL_WINDOW_SIZE=0 HEADER_TABLE_SIZE=0
SETTINGS INITIAL_WINDOW_SIZE=3
WINDOW_UPDATE 0 +1000
WINDOW_UPDATE 1 +1
RST_STREAM 1 CANCEL
PING "12345678"
GOAWAY NO_ERROR
PRIORITY 3 on=1
PRIORITY_UPDATE 3 "u=7"`;

const DEFAULT: Http2Limits = { requestLine: 8192, headerFields: 32_768, headerCount: 100, streams: 100 };
const ALL_LIMITS: readonly Http2Limits[] = [
  DEFAULT,
  DEFAULT,
  { ...DEFAULT, streams: 1 },
  { requestLine: 30, headerFields: 200, headerCount: 3, streams: 3 },
];

const CONTENT = new Uint8Array(70_000);

/** What may wait to be sent besides answers, and what one step may add. */
const MOST_QUEUED = 17 * 1024;

/** For fill(). */
const BUFFER = new Uint8Array(65_536);

/** Longer inputs would have more content than half of a window, and updates that depend on how they are cut. */
const MOST = 16 * 1024;

/** Reads the cases of HTTP/2, so it needs permission to read tests/http2. */
export function http2Target(): FuzzTarget {
  const words = WORDS.split("\n").map((line) => new Notation().bytesOf(line));
  return {
    name: "http2",
    seeds: readHttp2Cases().map(bytesOf),
    dictionary: words,
    mutations: FRAME_MUTATIONS,
    check,
  };
}

function bytesOf({ hasPreface, steps }: { hasPreface: boolean; steps: readonly string[] }): Uint8Array {
  const notation = new Notation();
  const lines = [
    ...hasPreface ? ["PREFACE", "SETTINGS"] : [],
    ...steps.filter((step) => !step.startsWith("!")),
  ];
  return concat(lines.map((line) => notation.bytesOf(line))).subarray(0, MOST);
}

interface Choices {
  readonly limits: Http2Limits;
  readonly extendedConnect: boolean;
  readonly room: number;
  readonly seed: number;
  readonly ends: boolean;
}

function check(input: Uint8Array, random: Random): string {
  const choices = {
    limits: random.pick(ALL_LIMITS),
    extendedConnect: random.oneIn(4),
    room: random.pick([1024, 5000, 65_536]),
    seed: random.next(),
    ends: random.oneIn(4),
  };
  const whole = serve([input], choices);
  whole.output.checkWindows(allowedBy(input));
  const single = random.oneIn(8) ? Array.from(input, (_, at) => input.subarray(at, at + 1)) : undefined;
  const cut = serve(single ?? cutAtRandom(input, random), choices);
  expectSame("events", whole.events.join("\n"), cut.events.join("\n"));
  const one = concat(whole.sent), other = concat(cut.sent);
  if (!isSame(one, other)) {
    expectSame("bytes that are sent", escapeBytes(one), escapeBytes(other));
  }
  return whole.kind;
}

function expectSame(what: string, one: string, other: string): void {
  if (one !== other) {
    throw new Error(`The ${what} depend on how the input is cut:\n${one}\n--- and cut:\n${other}`);
  }
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return false;
  return one.length === other.length;
}

/** A generous reading: what is allowed at any time, however late. */
function allowedBy(input: Uint8Array): Allowed {
  let connection = 65_535, stream = 65_535, increments = 0;
  for (const frame of splitFrames(input).slice(1)) {
    const type = frame[3];
    if (type === FrameType.WindowUpdate && frame.length === FRAME_HEAD + 4) {
      const increment = readUint31(frame, FRAME_HEAD);
      if (readUint31(frame, 5) === 0) connection += increment;
      else increments += increment;
    } else if (type === FrameType.Settings) {
      for (let at = FRAME_HEAD; at + 6 <= frame.length; at += 6) {
        if (frame[at] === 0 && frame[at + 1] === 4) stream = Math.max(stream, readUint32(frame, at + 2));
      }
    }
  }
  return { connection, stream: stream + increments };
}

/** Feeds the pieces to a server that does what its seed says. */
function serve(pieces: readonly Uint8Array[], choices: Choices): Server {
  const server = new Server(choices);
  for (const piece of pieces) server.feed(piece);
  server.finish(choices.ends);
  return server;
}

/** A server that answers well, late, or not at all: the same in each run, since all depends on the events alone. */
class Server {
  readonly events: string[] = [];
  readonly sent: Uint8Array[] = [];
  readonly output = new OutputCheck();
  readonly #http: ServerConnection;
  readonly #choices: Choices;
  readonly #random: Random;
  readonly #buffer: Uint8Array;
  readonly #requests = new Map<number, "asked" | "ended" | "over">();
  readonly #known = new Set<number>();
  readonly #unanswered = new Set<number>();
  /** Streams that have a head, and nothing that is offered and not drained. */
  readonly #mayOffer = new Set<number>();
  /** Streams whose last content is offered. */
  readonly #ended = new Set<number>();
  #rest = CONTENT.subarray(0, 0);

  constructor(choices: Choices) {
    this.#choices = choices;
    this.#http = new ServerConnection(choices.limits, { extendedConnect: choices.extendedConnect });
    this.#random = new Random(choices.seed);
    this.#buffer = BUFFER.subarray(0, choices.room);
  }

  /** Of what kind the outcome is. */
  get kind(): string {
    const types = [...new Set(this.events.map((event) => event.split(" ")[0]))].sort().join();
    const { error, state } = this.#http;
    return `${state} ${error?.code} ${error?.reason} ${types} ${Math.clz32(this.#requests.size)}`;
  }

  feed(piece: Uint8Array): void {
    this.#http.receive(piece);
    for (let event = this.#http.next(); event.type !== "need data"; event = this.#http.next()) {
      this.#take(event);
      if (event.type === "closed") break;
    }
  }

  /** The client ends its side, or waits. */
  finish(ends: boolean): void {
    if (ends) this.#http.endOfInput();
    this.feed(new Uint8Array());
    this.#flush();
    const { state, openStreams, hasOutput, error } = this.#http;
    if (hasOutput) throw new Error("There is output that fill() does not give");
    if (error !== undefined && (openStreams > 0 || state !== "closing")) {
      throw new Error("Streams outlast an error");
    }
    if (ends && state === "open") throw new Error("A connection is open behind its end");
    if (this.#rest.length > 0) throw new Error("A frame is sent in part");
  }

  #take(event: Event): void {
    if (event.type === "data") {
      this.#expect(event.stream, "asked");
      const last = this.events.at(-1), name = `data ${event.stream} `;
      const length = last?.startsWith(name) ? Number(last.slice(name.length)) : 0;
      if (length > 0) this.events.pop();
      this.events.push(name + (length + event.bytes.length));
      this.#http.consumed(event.stream, event.bytes.length);
      return;
    }
    if (event.type === "closed" && this.events.at(-1) === "closed") return;
    this.#note(event);
    const { openStreams } = this.#http;
    if (openStreams > this.#choices.limits.streams) throw new Error(`${openStreams} streams are open`);
    if (this.#random.oneIn(3)) this.#act([...this.#known]);
    this.#flush();
  }

  #note(event: Event): void {
    switch (event.type) {
      case "request":
      case "refusal":
        this.events.push(`${event.type} ${event.stream} ${event.endsStream}`);
        if (this.#known.has(event.stream)) throw new Error(`A second request on stream ${event.stream}`);
        this.#known.add(event.stream);
        this.#requests.set(event.stream, event.type === "refusal" || event.endsStream ? "ended" : "asked");
        this.#respond(event.stream);
        break;
      case "end":
        this.#expect(event.stream, "asked");
        this.#requests.set(event.stream, "ended");
        this.events.push(`end ${event.stream}`);
        break;
      case "reset":
        if (this.#requests.get(event.stream) === "over") {
          throw new Error(`Stream ${event.stream} is over twice`);
        }
        this.#requests.set(event.stream, "over");
        this.events.push(`reset ${event.stream} ${event.code} ${event.byPeer}`);
        break;
      default:
        this.events.push(event.type);
    }
  }

  #expect(stream: number, state: string): void {
    const known = this.#requests.get(stream);
    if (known !== state) throw new Error(`An event of stream ${stream}, whose request is ${known}`);
  }

  #respond(stream: number): void {
    this.#unanswered.add(stream);
    if (this.#random.oneIn(3)) return;
    this.#answer(stream);
  }

  #answer(stream: number): void {
    this.#unanswered.delete(stream);
    const fields = this.#random.oneIn(30) ? new FieldBlock(["x"], ["v".repeat(20_000)]) : FieldBlock.EMPTY;
    const ends = this.#random.oneIn(2);
    this.#http.respond(stream, { status: 200, fields, length: undefined, now: 0 }, ends);
    if (!ends) this.#mayOffer.add(stream);
  }

  /** Anything that a server may do, on any stream. */
  #act(streams: readonly number[]): void {
    const stream = streams.length === 0 ? 1 : this.#random.pick(streams);
    switch (this.#random.below(7)) {
      case 0:
        if (this.#unanswered.has(stream)) this.#answer(stream);
        break;
      case 1:
        if (this.#mayOffer.delete(stream)) this.#offer(stream);
        break;
      case 2:
        if (this.#unanswered.has(stream)) this.#http.inform(stream, 100);
        break;
      case 3:
        if (this.#random.oneIn(3)) this.#requests.set(stream, "over");
        else break;
        this.#http.reset(stream, ErrorCode.InternalError);
        break;
      case 4:
        this.#http.wantMore(stream);
        break;
      case 5:
        if (this.#random.oneIn(10)) this.#http.goAway(ErrorCode.NoError);
        break;
      default:
        if (this.#random.oneIn(10)) this.#http.goAway(ErrorCode.NoError, 2 ** 31 - 1);
    }
  }

  #offer(stream: number): void {
    const sizes = this.#random.oneIn(10) ? [20_000, CONTENT.length] : [0, 1, 100, 2000];
    const ends = this.#random.oneIn(2);
    if (ends) this.#ended.add(stream);
    this.#http.offer(stream, CONTENT.subarray(0, this.#random.pick(sizes)), ends);
  }

  #flush(): void {
    this.output.ofNoAnswer = 0;
    for (let count; (count = this.#http.fill(this.#buffer)) > 0;) {
      const bytes = this.#buffer.slice(0, count);
      this.sent.push(bytes);
      // Only a head that is larger than the buffer is cut.
      const frames = concat([this.#rest, bytes]), whole = wholeLength(frames);
      this.output.add(frames.subarray(0, whole), this.#known);
      this.#rest = frames.slice(whole);
      for (const stream of this.#http.drained) if (!this.#ended.has(stream)) this.#mayOffer.add(stream);
    }
    const { ofNoAnswer } = this.output;
    if (ofNoAnswer > MOST_QUEUED) throw new Error(`${ofNoAnswer} bytes waited besides answers`);
  }
}

function wholeLength(frames: Uint8Array): number {
  let at = 0;
  while (at + FRAME_HEAD <= frames.length) {
    const end = at + FRAME_HEAD + (readUint32(frames, at) >>> 8);
    if (end > frames.length) break;
    at = end;
  }
  return at;
}

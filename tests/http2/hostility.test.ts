/**
 * What a client may have us do for nothing (RFC 9113 section 10.5): frames that are taken until GOAWAY with
 * ENHANCE_YOUR_CALM, and bytes that are queued for it, are counted. What honest clients do never comes to that.
 *
 * @module
 */
import { assertEquals, assertLess, assertLessOrEqual } from "@std/assert";
import { FieldBlock } from "../../lib/http/fields.ts";
import { ServerConnection } from "../../lib/http2/connection.ts";
import { ErrorCode } from "../../lib/http2/error_codes.ts";
import { writeUint32 } from "../../lib/http2/frames.ts";
import { block, indexed, literal } from "../support/hpack.ts";
import { concat, Notation } from "./notation.ts";

const LIMITS = { requestLine: 8192, headerFields: 32_768, headerCount: 100, streams: 100 };
const CONTENT = new Uint8Array(1 << 20);

/** A server that answers each request at once, and its client. */
class Served {
  readonly connection = new ServerConnection(LIMITS);
  /** Whether the client reads what it is sent. */
  reads = true;
  /** Bytes of content of each answer; undefined: no answers. */
  answer: number | undefined = 0;
  answered = 0;
  received = 0;
  readonly #notation = new Notation();
  /** Lines that were sent before: most are sent over and over. */
  readonly #known = new Map<string, Uint8Array>();
  readonly #buffer = new Uint8Array(65_536);

  constructor() {
    this.send("PREFACE", "SETTINGS", "SETTINGS ACK");
  }

  get isOver(): boolean {
    return this.connection.state === "closing";
  }

  send(...lines: readonly string[]): void {
    this.feed(
      lines.length === 1 ? this.#bytesOf(lines[0]!) : concat(lines.map((line) => this.#bytesOf(line))),
    );
  }

  #bytesOf(line: string): Uint8Array {
    if (line.includes("next")) return this.#notation.bytesOf(line);
    let bytes = this.#known.get(line);
    if (bytes === undefined) this.#known.set(line, bytes = this.#notation.bytesOf(line));
    return bytes;
  }

  feed(bytes: Uint8Array): void {
    const { connection } = this;
    connection.receive(bytes);
    for (let event = connection.next(); event.type !== "need data"; event = connection.next()) {
      if (event.type === "request" && event.endsStream || event.type === "end") this.#respond(event.stream);
      else if (event.type === "data") {
        this.received += event.bytes.length;
        connection.consumed(event.stream, event.bytes.length);
      } else if (event.type === "refusal") connection.respond(event.stream, head(0), true);
      else if (event.type === "closed") break;
    }
    if (this.reads) this.flush();
  }

  /** Reads all that can be sent; gives how much it was. */
  flush(): number {
    let sum = 0;
    for (let count; (count = this.connection.fill(this.#buffer)) > 0;) sum += count;
    return sum;
  }

  #respond(stream: number): void {
    if (this.answer === undefined) return;
    this.answered++;
    this.connection.respond(stream, head(this.answer), this.answer === 0);
    if (this.answer > 0) this.connection.offer(stream, CONTENT.subarray(0, this.answer), true);
  }
}

function head(length: number) {
  return { status: 200, fields: FieldBlock.EMPTY, length, now: 0 };
}

interface Flood {
  /** Sent once. */
  readonly first?: readonly string[];
  /** Sent over and over. */
  readonly lines: readonly string[];
  /** Rounds until the end: not more. */
  readonly most: number;
  readonly answer?: number | undefined;
  /** The client does not read. */
  readonly isDeaf?: boolean;
}

const FLOODS: Readonly<Record<string, Flood>> = {
  "rapid reset": { lines: ["GET next /", "RST_STREAM current CANCEL"], most: 301, answer: undefined },
  "rapid reset behind the answer's head": {
    first: ["SETTINGS INITIAL_WINDOW_SIZE=0"],
    lines: ["GET next /", "! flush", "RST_STREAM current CANCEL"],
    answer: 100,
    most: 700,
  },
  "requests that are reset for errors": {
    lines: ["GET next /", "WINDOW_UPDATE current +0"],
    most: 301,
    answer: undefined,
  },
  "malformed requests": { lines: ["HEADERS next END_STREAM END_HEADERS | x-a 1"], most: 301 },
  "requests beyond the streams that are allowed": {
    first: Array.from({ length: 100 }, () => "POST next /"),
    lines: ["GET next /"],
    most: 10_001,
  },
  "CONTINUATION without end": { first: ["HEADERS 1 | GET /"], lines: ["CONTINUATION 1"], most: 10_001 },
  "CONTINUATION with one byte of a field": {
    first: ["HEADERS 1 hex:007f80ff01"],
    lines: ["CONTINUATION 1 hex:61"],
    most: 10_001,
  },
  "empty HEADERS": {
    first: ["POST next /"],
    lines: ["HEADERS next END_STREAM", "CONTINUATION current END_HEADERS"],
    most: 301,
  },
  "SETTINGS": { lines: ["SETTINGS"], most: 10_001 },
  "SETTINGS that move all windows": {
    first: Array.from({ length: 100 }, () => "POST next /"),
    lines: ["SETTINGS INITIAL_WINDOW_SIZE=1", "SETTINGS INITIAL_WINDOW_SIZE=2"],
    most: 5001,
  },
  "SETTINGS, full of them": { lines: [`SETTINGS hex:${"000000000000".repeat(2730)}`], most: 41 },
  "SETTINGS, unread": { lines: ["SETTINGS"], isDeaf: true, most: 1821 },
  "acknowledgements of SETTINGS": { lines: ["SETTINGS ACK"], most: 10_001 },
  "PING": { lines: ['PING "12345678"'], most: 10_001 },
  "PING, unread": { lines: ['PING "12345678"'], isDeaf: true, most: 965 },
  "acknowledgements of PING": { lines: ['PING ACK "12345678"'], most: 10_001 },
  "empty DATA": { first: ["POST 1 /"], lines: ["DATA 1"], most: 10_001 },
  "DATA of nothing but padding": { first: ["POST 1 /"], lines: ["DATA 1 padding=255"], most: 10_001 },
  "DATA of one byte": { first: ["POST 1 /"], lines: ['DATA 1 "a"'], most: 43_000 },
  "DATA for a stream that was reset": {
    first: ["POST 1 /", "RST_STREAM 1 CANCEL"],
    lines: ['DATA 1 "\\{1000 a}"'],
    most: 10_001,
  },
  "DATA for streams that are long over": {
    first: ["GET 100001 /"],
    lines: ['DATA next "a"'],
    most: 301,
  },
  "HEADERS for a stream that was reset": {
    first: ["POST 1 /", "RST_STREAM 1 CANCEL"],
    lines: ["HEADERS 1 END_STREAM END_HEADERS"],
    most: 5001,
  },
  "WINDOW_UPDATE of the connection": { lines: ["WINDOW_UPDATE 0 +1"], most: 10_001 },
  "WINDOW_UPDATE by tiny steps": {
    first: ["SETTINGS INITIAL_WINDOW_SIZE=0", "GET 1 /"],
    lines: ["WINDOW_UPDATE 1 +1"],
    answer: 1 << 20,
    most: 10_001,
  },
  "WINDOW_UPDATE of a stream that is over": {
    first: ["GET 1 /"],
    lines: ["WINDOW_UPDATE 1 +1"],
    most: 10_001,
  },
  "windows that are opened and shut by SETTINGS": {
    first: ["SETTINGS INITIAL_WINDOW_SIZE=0", "GET 1 /"],
    lines: ["SETTINGS INITIAL_WINDOW_SIZE=1", "SETTINGS INITIAL_WINDOW_SIZE=0", "WINDOW_UPDATE 1 +1"],
    answer: 1 << 20,
    most: 3400,
  },
  "RST_STREAM of a stream that is over": { first: ["GET 1 /"], lines: ["RST_STREAM 1 CANCEL"], most: 10_001 },
  "PRIORITY": { lines: ["PRIORITY 1 on=3"], most: 10_001 },
  "PRIORITY_UPDATE of streams that are idle": { lines: ['PRIORITY_UPDATE next "u=1"'], most: 10_001 },
  "PRIORITY_UPDATE of one that waits": {
    first: ["SETTINGS INITIAL_WINDOW_SIZE=0", "GET 1 /"],
    lines: ['PRIORITY_UPDATE 1 "u=1"', 'PRIORITY_UPDATE 1 "u=2, i"'],
    answer: 100,
    most: 5001,
  },
  "GOAWAY": { lines: ["GOAWAY NO_ERROR"], most: 10_001 },
  "frames of unknown types": { lines: ["UNKNOWN type=0xbb"], most: 10_001 },
  "large frames of unknown types": { lines: ['UNKNOWN type=0xbb "\\{16384 a}"'], most: 41 },
};

/** Bytes that may be queued for a client that does not read, and one frame more. */
const MOST_QUEUED = 16 * 1024 + 1024;

for (const [name, flood] of Object.entries(FLOODS)) {
  Deno.test(`a flood ends with ENHANCE_YOUR_CALM: ${name}`, () => {
    const served = new Served();
    served.answer = "answer" in flood ? flood.answer : 0;
    served.send(...flood.first ?? []);
    served.reads = flood.isDeaf !== true;
    let rounds = 0, stream = flood.first?.filter((line) => line.includes("next")).length ?? 0;
    for (; !served.isOver && rounds <= flood.most; rounds++, stream++) {
      for (const line of flood.lines) {
        if (line !== "! flush") served.send(line.replace("current", String(2 * stream + 1)));
      }
    }
    assertEquals(served.connection.error?.code, ErrorCode.EnhanceYourCalm);
    assertLessOrEqual(rounds, flood.most);
    assertLess(served.flush(), MOST_QUEUED);
    assertEquals([served.connection.openStreams, served.connection.hasOutput], [0, false]);
  });
}

Deno.test("a header bomb is counted by what comes out, and not more than four times the limits comes out", () => {
  const served = new Served();
  const bomb = block(
    literal("a", "b".repeat(4000), "inserted"),
    ...Array.from({ length: 10_000 }, () => indexed(62)),
  );
  const hex = [...bomb].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  served.send(`HEADERS 1 END_STREAM END_HEADERS hex:${hex}`);
  assertEquals(served.connection.error?.code, ErrorCode.EnhanceYourCalm);
  assertLess(served.flush(), MOST_QUEUED);
});

Deno.test("a client that never reads and never opens a window has nothing queued but its answers' heads", () => {
  const served = new Served();
  served.answer = 100;
  served.send("SETTINGS INITIAL_WINDOW_SIZE=0");
  for (let i = 0; i < 100; i++) served.send("GET next /");
  assertEquals([...served.connection.blockedStreams()].length, 100);
  assertEquals(served.connection.hasOutput, false);
  served.send("GET next /");
  assertEquals(served.connection.openStreams, 100);
});

Deno.test("windows of one byte are served ten thousand times, then no more, however they are opened", () => {
  for (const open of ["WINDOW_UPDATE 1 +1", "WINDOW_UPDATE 0 +1"]) {
    const served = new Served();
    served.answer = 1 << 20;
    served.send(`SETTINGS INITIAL_WINDOW_SIZE=${open.includes(" 1 ") ? 0 : 1 << 20}`, "GET 1 /");
    let count = 0;
    for (; !served.isOver && count < 10_000; count++) served.send(open);
    assertEquals(served.connection.error?.code, ErrorCode.EnhanceYourCalm);
  }
});

// --- what honest clients do ---

function assertWelcome(served: Served): void {
  assertEquals([served.connection.error, served.connection.state], [undefined, "open"]);
}

Deno.test("honest: 100,000 requests on one connection", () => {
  const served = new Served();
  served.answer = 10;
  const notation = new Notation();
  const get = notation.bytesOf("GET 1 /"), update = notation.bytesOf("WINDOW_UPDATE 0 +10");
  for (let i = 0; i < 100_000; i++) {
    writeUint32(get, 5, 2 * i + 1);
    served.feed(get);
    served.feed(update);
  }
  assertEquals(served.answered, 100_000);
  assertWelcome(served);
});

Deno.test("honest: PING every ten seconds, beside eight requests in a quarter of an hour, for a week", () => {
  const served = new Served();
  for (let i = 0; i < 7 * 8640; i++) {
    served.send('PING "12345678"');
    if (i % 100 === 0) served.send("8 times GET next /");
  }
  assertWelcome(served);
});

Deno.test("honest: PING every ten seconds for a day, and nothing else", () => {
  const served = new Served();
  for (let i = 0; i < 8640; i++) served.send('PING "12345678"');
  assertWelcome(served);
});

Deno.test("honest: an upload letter by letter", () => {
  const served = new Served();
  served.send("POST 1 /");
  for (let i = 0; i < 20_000; i++) served.send('DATA 1 "a"');
  served.send("DATA 1 END_STREAM");
  assertEquals(served.received, 20_000);
  assertWelcome(served);
});

Deno.test("honest: a long upload in small pieces, each with padding", () => {
  const served = new Served();
  served.send("POST 1 /");
  const frame = new Notation().bytesOf('DATA 1 "\\{20 a}" padding=30');
  for (let i = 0; i < 100_000; i++) served.feed(frame);
  assertEquals(served.received, 2_000_000);
  assertWelcome(served);
});

Deno.test("honest: 100 MB with two WINDOW_UPDATEs for each frame", () => {
  const served = new Served();
  served.answer = undefined;
  served.send("GET 1 /");
  served.connection.respond(1, head(100 * CONTENT.length), false);
  const update = new Notation();
  const updates = concat([
    update.bytesOf("WINDOW_UPDATE 0 +16384"),
    update.bytesOf("WINDOW_UPDATE 1 +16384"),
  ]);
  for (let i = 0; i < 100; i++) {
    served.connection.offer(1, CONTENT, i === 99);
    for (let frames = 0; frames < 64; frames++) served.feed(updates);
  }
  assertWelcome(served);
  served.feed(concat(Array.from({ length: 8 }, () => updates)));
  assertEquals(served.connection.openStreams, 0);
});

Deno.test("honest: a page of 100 streams is left and asked for again 50 times while answers come", () => {
  const served = new Served();
  served.answer = 20_000;
  for (let round = 0; round < 50; round++) {
    const first = 200 * round + 1;
    // What the window of the connection allows, comes; the heads of the others come, too.
    served.send("WINDOW_UPDATE 0 +200000", "100 times GET next /");
    const left = Array.from({ length: 100 }, (_, i) => first + 2 * i);
    served.send(...left.map((stream) => `RST_STREAM ${stream} CANCEL`));
    assertWelcome(served);
  }
});

Deno.test("honest: a page of 100 slow streams is left twice, and then answered", () => {
  const served = new Served();
  served.answer = undefined;
  for (let round = 0; round < 2; round++) {
    served.send("100 times GET next /");
    served.send(...Array.from({ length: 100 }, (_, i) => `RST_STREAM ${200 * round + 2 * i + 1} CANCEL`));
  }
  served.answer = 0;
  served.send("100 times GET next /");
  assertEquals(served.answered, 100);
  assertWelcome(served);
});

Deno.test("honest: each request has its priority, one that changes, and a frame that nobody knows", () => {
  const served = new Served();
  for (let i = 0; i < 5_000; i++) {
    const stream = 2 * i + 1;
    served.send(
      `PRIORITY_UPDATE ${stream} "u=1, i"`,
      `PRIORITY ${stream} on=0`,
      'GREASE type=0xba "grease"',
      "GET next /",
      `PRIORITY_UPDATE ${stream} "u=5"`,
    );
  }
  assertEquals(served.answered, 5_000);
  assertWelcome(served);
});

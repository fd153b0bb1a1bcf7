/** Many streams, much content and small windows: shares, and what is held meanwhile. */
import { assert, assertEquals, assertLess } from "@std/assert";
import { FieldBlock } from "../../../lib/http/fields.ts";
import type { BodySource, Handler } from "../../../lib/http/message.ts";
import type { ByteConnection } from "../../../lib/ports.ts";
import { Http2Session } from "../../../lib/server/http2/session.ts";
import { settle } from "../../support/fakes.ts";
import { toBytes } from "../../support/wire.ts";
import { fakeContext } from "../fakes.ts";
import {
  data,
  frame,
  Peer,
  PREFACE,
  request,
  SETTINGS,
  text,
  windowOfStreams,
  windowUpdate,
} from "./peer.ts";

const KIB = 1024, MIB = 1024 * KIB;

/** Content of some length that nobody holds; the greatest buffer that it was read into. */
class Endless implements BodySource {
  readonly prompt = true;
  largest = 0;
  closed = 0;
  #given = 0;

  constructor(readonly length: number) {}

  read(buffer: Uint8Array): Promise<number | null> {
    const count = Math.min(buffer.length, this.length - this.#given);
    this.largest = Math.max(this.largest, buffer.length);
    this.#given += count;
    return Promise.resolve(count === 0 ? null : count);
  }

  close(): void {
    this.closed++;
  }
}

/** Sends what it is given, and counts the content that it gets on each stream, without keeping it. */
class Counting implements ByteConnection {
  readonly remote = { hostname: "192.0.2.1", port: 1 };
  readonly local = { hostname: "127.0.0.1", port: 80 };
  readonly got = new Map<number, number>();
  largestWrite = 0;
  #head: number[] = [];
  #left = 0;
  readonly #incoming: Uint8Array[] = [];
  #wake: (() => void) | undefined;
  /** Called with each piece of content. */
  onContent: (stream: number, count: number) => void = () => {};

  send(...frames: readonly (string | Uint8Array)[]): void {
    for (const sent of frames) this.#incoming.push(typeof sent === "string" ? toBytes(sent) : sent);
    this.#wake?.();
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    while (this.#incoming.length === 0) await new Promise<void>((resolve) => this.#wake = resolve);
    const first = this.#incoming.shift()!, count = Math.min(first.length, buffer.length);
    buffer.set(first.subarray(0, count));
    if (count < first.length) this.#incoming.unshift(first.subarray(count));
    return count;
  }

  write(bytes: Uint8Array): Promise<number> {
    this.largestWrite = Math.max(this.largestWrite, bytes.length);
    for (let at = 0; at < bytes.length;) {
      if (this.#left > 0) {
        const count = Math.min(this.#left, bytes.length - at);
        this.#left -= count;
        at += count;
        if (this.#head[3] === 0) this.#count(this.#head[7]! << 8 | this.#head[8]!, count);
        if (this.#left === 0) this.#head = [];
        continue;
      }
      this.#head.push(bytes[at++]!);
      if (this.#head.length < 9) continue;
      this.#left = this.#head[0]! << 16 | this.#head[1]! << 8 | this.#head[2]!;
      if (this.#left === 0) this.#head = [];
    }
    return Promise.resolve(bytes.length);
  }

  closeWrite(): Promise<void> {
    return Promise.resolve();
  }

  close(): void {}

  #count(stream: number, count: number): void {
    this.got.set(stream, (this.got.get(stream) ?? 0) + count);
    this.onContent(stream, count);
  }
}

function start(handler: Handler) {
  const { context } = fakeContext(), connection = new Counting();
  const session = new Http2Session(connection, handler, context, new Uint8Array());
  const running = session.run();
  return { connection, context, session, running };
}

const answer = (body: BodySource) => ({ status: 200, fields: FieldBlock.EMPTY, body });

Deno.test("1 GB is sent through windows of 1 MiB with half a MiB of buffers", async () => {
  const source = new Endless(1024 * MIB);
  const { connection, context, session } = start(() => answer(source));
  connection.onContent = (stream, count) =>
    connection.send(windowUpdate(0, count) + windowUpdate(stream, count));
  connection.send(PREFACE + windowOfStreams(MIB) + windowUpdate(0, MIB) + request(1));
  while (source.closed === 0) await settle();
  await settle();
  assertEquals(connection.got.get(1), 1024 * MIB);
  assert(source.largest <= 512 * KIB && connection.largestWrite <= 512 * KIB);
  assertEquals(context.smallBuffers.used, 0);
  session.abort();
});

Deno.test("100 answers at once get equal shares, and hold 4 MiB at the most together", async () => {
  const sources: Endless[] = [];
  const { connection, session } = start(() => {
    const source = new Endless(100 * MIB);
    sources.push(source);
    return answer(source);
  });
  const streams = Array.from({ length: 100 }, (_, i) => 2 * i + 1);
  connection.send(PREFACE + windowOfStreams(2 ** 30) + streams.map((stream) => request(stream)).join(""));
  for (let round = 1; round <= 20; round++) {
    connection.send(windowUpdate(0, 4 * MIB));
    await settle();
    const shares = streams.map((stream) => connection.got.get(stream) ?? 0);
    // Who came first had a larger buffer at first, and each may be between two pieces when the window ends.
    const least = Math.min(...shares), most = Math.max(...shares);
    assertLess(most - least, 64 * KIB + most / 10, `after round ${round}`);
  }
  assertLess(sources.reduce((sum, { largest }) => sum + largest, 0), 4 * MIB);
  session.abort();
  await settle();
  assert(sources.every(({ closed }) => closed > 0));
});

Deno.test("streams that get no window hold 4 MiB at the most together", async () => {
  const sources: Endless[] = [];
  const { connection, session, running } = start(() => {
    const source = new Endless(MIB);
    sources.push(source);
    return answer(source);
  });
  const streams = Array.from({ length: 100 }, (_, i) => 2 * i + 1);
  connection.send(PREFACE + windowOfStreams(0) + streams.map((stream) => request(stream)).join(""));
  await settle();
  assertEquals(sources.length, 100);
  assertLess(sources.reduce((sum, { largest }) => sum + largest, 0), 4 * MIB);
  session.abort();
  connection.send("");
  await running;
});

Deno.test("an upload in frames of 1 byte that nobody reads holds what its window lets through", async () => {
  const slow = Promise.withResolvers<ReturnType<typeof text>>();
  const peer = await Peer.greeted(() => slow.promise);
  await peer.send(request(1, { method: "PUT", ends: false }));
  // One more would be beyond the window of the stream.
  await peer.send(...Array.from({ length: 5000 }, () => data(1, "x")));
  assertEquals(peer.seen(), []);
  slow.resolve(text("enough"));
  await peer.send();
  assertEquals(peer.seen(), ["HEADERS 1 200", "DATA 1 6 END"]);
  await peer.end();
});

Deno.test("an upload is read in pieces of what its window lets through", async () => {
  let largest = 0, length = 0;
  const { connection, session } = start(async ({ body }) => {
    for (let piece = await body.read(); piece !== null; piece = await body.read()) {
      largest = Math.max(largest, piece.length);
      length += piece.length;
    }
    return text(String(length));
  });
  connection.send(PREFACE + SETTINGS + request(1, { method: "PUT", ends: false }));
  const pieces = toBytes(frame("DATA", 0, 1, "x".repeat(16 * KIB)).repeat(4));
  for (let sent = 0; sent < 16 * MIB; sent += 64 * KIB) {
    connection.send(pieces);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  connection.send(frame("DATA", 1, 1));
  while (!connection.got.has(1)) await settle();
  assertEquals(length, 16 * MIB);
  assert(largest <= 256 * KIB, String(largest));
  session.abort();
});

Deno.test("1000 requests on one connection, 100 at a time, all get their answers", async () => {
  const { connection, session } = start(() => text("x".repeat(1000)));
  connection.send(PREFACE + windowOfStreams(2 ** 20) + windowUpdate(0, 2 ** 30));
  for (let i = 0; i < 1000; i += 100) {
    connection.send(Array.from({ length: 100 }, (_, j) => request(2 * (i + j) + 1)).join(""));
    await settle();
  }
  assertEquals([connection.got.size, session.answering], [1000, 0]);
  assert([...connection.got.values()].every((count) => count === 1000));
  session.abort();
});

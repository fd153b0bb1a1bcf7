/** Extended CONNECT (RFC 8441): the tunnels that come of it, and what is answered in their place. Interim responses. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { FieldBlock } from "../../../lib/http/fields.ts";
import type { BodySource, Request, Response } from "../../../lib/http/message.ts";
import { settle } from "../../support/fakes.ts";
import { waitUntil } from "../../support/wait.ts";
import { FakePeer, TIMEOUTS } from "../fakes.ts";
import { data, Peer, PREFACE, request, rstStream, SETTINGS, takeFrames, text, windowUpdate } from "./peer.ts";

const IDLE = 20_000;
const connect = (stream: number, more: Record<string, string | boolean> = {}) =>
  request(stream, { method: "CONNECT", path: "/ws", ":protocol": "websocket", ends: false, ...more });
const switching = (peer: FakePeer, idle = IDLE): Response => ({
  status: 101,
  fields: FieldBlock.of(["Upgrade", "websocket"], ["Sec-WebSocket-Accept", "x"], [
    "Sec-WebSocket-Protocol",
    "chat",
  ]),
  body: undefined,
  tunnel: { peer, idle },
});

async function start(answer: (request: Request, other: FakePeer) => Response | Promise<Response>) {
  const other = new FakePeer();
  const peer = await Peer.greeted((request) => answer(request, other), { extendedConnect: true });
  return { peer, other };
}

/** One whose stream 1 is a tunnel already. */
async function startTunnel(idle = IDLE) {
  const all = await start(({ upgrade }, other) =>
    upgrade === undefined ? text("page") : switching(other, idle)
  );
  await all.peer.send(connect(1));
  await headOf(all.peer, 1);
  all.peer.seen();
  return all;
}

const headOf = (peer: Peer, stream: number) =>
  waitUntil(
    () => takeFrames(peer.connection.output).frames.some((f) => f.type === "HEADERS" && f.stream === stream),
    "the head",
  );

Deno.test("extended CONNECT is announced where the settings say so, and a protocol error elsewhere", async () => {
  for (const extendedConnect of [true, false]) {
    const peer = new Peer(() => text("x"), { extendedConnect });
    await peer.send(PREFACE, SETTINGS, connect(1));
    const [settings] = takeFrames(peer.connection.output).frames;
    assertEquals(settings!.payload.includes("\0\x08\0\0\0\x01"), extendedConnect);
    assertEquals(peer.seen().includes("RST_STREAM 1 PROTOCOL_ERROR"), !extendedConnect);
    await peer.end();
  }
});

Deno.test("an extended CONNECT is a GET that asks for an upgrade, without content", async () => {
  let seen: unknown;
  const { peer } = await start(async ({ method, path, query, host, upgrade, body }) => {
    seen = { method, path, query, host, upgrade, length: body.length, content: await body.read() };
    return text("no", 403);
  });
  await peer.send(connect(1, { path: "/a?b" }), data(1, "early"));
  assertEquals(seen, {
    method: "GET",
    path: "/a",
    query: "b",
    host: "a.test",
    upgrade: "websocket",
    length: 0,
    content: null,
  });
  await peer.end();
});

Deno.test("a 101 is sent as 200, and content is what goes through the tunnel, both ends of it as well", async () => {
  const { peer, other } = await start((_, other) => switching(other));
  await peer.send(connect(1), data(1, "early"));
  await waitUntil(() => other.received === "early", "the early bytes");
  const [head] = takeFrames(peer.connection.output).frames.filter(({ type }) => type === "HEADERS");
  assertEquals(
    [...peer.fieldsOf(head!.payload).keys()].sort(),
    [":status", "date", "sec-websocket-protocol", "server", "x-content-type-options"],
  );
  assertEquals(peer.seen(), ["HEADERS 1 200"]);
  assertEquals([peer.session.answering, peer.log.lines], [0, []]);
  await other.push("to the client");
  await peer.send(data(1, ", more", true));
  assertEquals([peer.seen(), peer.contents.get(1)], [["DATA 1 13"], "to the client"]);
  assertEquals([other.received, other.ended, other.closed], ["early, more", true, false]);
  await other.push("!", null);
  assertEquals([peer.seen(), other.closed], [["DATA 1 1", "DATA 1 0 END"], true]);
  assertMatch(peer.log.lines.join(), /^\S+ - - \[[^\]]+\] "GET \/ws HTTP\/2\.0" 200 14 /);
  await peer.end();
});

Deno.test("the peer may end its side first, and is sent to until the client ends its own", async () => {
  const { peer, other } = await startTunnel();
  await other.push("bye", null);
  assertEquals(peer.seen(), ["DATA 1 3", "DATA 1 0 END"]);
  await peer.send(data(1, "one more"));
  assertEquals([other.received, other.closed], ["one more", false]);
  await peer.send(data(1, "", true));
  assertEquals([other.ended, other.closed, peer.seen(), peer.log.lines.length], [true, true, [], 1]);
  // Its stream is over, so the connection is an idle one again.
  await peer.clock.advance(TIMEOUTS.keepAlive + 300);
  assertEquals(peer.seen(), ["GOAWAY 1 NO_ERROR"]);
  await peer.end();
});

Deno.test("a request that ends with its head is a tunnel whose client has ended", async () => {
  const { peer, other } = await start((_, other) => switching(other));
  await peer.send(connect(1, { ends: true }));
  await waitUntil(() => other.ended, "the end");
  await other.push("x", null);
  assertEquals([peer.seen(), other.closed], [["HEADERS 1 200", "DATA 1 1", "DATA 1 0 END"], true]);
  await peer.end();
});

const BROKEN:
  readonly (readonly [string, (peer: Peer, other: FakePeer) => Promise<void> | void, string[]])[] = [
    ["the client resets its stream", (peer) => peer.send(rstStream(1, 8)), []],
    ["the client is gone", (peer) => peer.connection.push(null), []],
    ["the peer is reset", (_, other) => other.close(), ["RST_STREAM 1 CANCEL"]],
    ["the peer takes nothing", async (peer, other) => {
      other.breaks = true;
      await peer.send(data(1, "x"));
      other.close();
    }, ["RST_STREAM 1 CANCEL"]],
    ["the peer takes nothing, and has its last words", async (peer, other) => {
      other.breaks = true;
      await peer.send(data(1, "x"));
      await other.push("last words", null);
    }, ["RST_STREAM 1 NO_ERROR"]],
  ];
for (const [what, breaks, expected] of BROKEN) {
  Deno.test(`a tunnel is over, and its stream with it, when ${what}`, async () => {
    const { peer, other } = await startTunnel();
    await breaks(peer, other);
    await settle();
    await settle();
    assertEquals(peer.seen().filter((line) => line.startsWith("RST")), expected);
    assertEquals([other.closed, peer.log.lines.length, peer.errors], [true, 1, []]);
    await peer.end();
  });
}

Deno.test("a tunnel outlives every time-out of the connection while something passes; then its stream alone ends", async () => {
  const { peer, other } = await startTunnel();
  for (let i = 0; i < 6; i++) {
    await peer.clock.advance(IDLE - 1000);
    await (i % 2 === 0 ? peer.send(data(1, "x")) : other.push("x"));
  }
  assertEquals([peer.seen(), other.received], [["DATA 1 1", "DATA 1 1", "DATA 1 1"], "xxx"]);
  await peer.clock.advance(IDLE + 300);
  assertEquals([peer.seen(), other.closed], [["RST_STREAM 1 CANCEL"], true]);
  await peer.send(request(3));
  assertEquals(peer.seen(), ["HEADERS 3 200", "DATA 3 4 END"]);
  await peer.end();
});

Deno.test("a client that gives no window ends its tunnel within timeouts.send, one that does keeps it", async () => {
  const { peer, other } = await startTunnel(500);
  await other.push("x".repeat(70_000));
  await peer.clock.advance(TIMEOUTS.send - 1000);
  assertEquals([peer.contents.get(1), other.closed], [undefined, false]);
  await peer.send(windowUpdate(0, 70_000), windowUpdate(1, 5_000));
  assertEquals([peer.seen().at(-1), peer.contents.get(1)!.length, other.closed], [
    "DATA 1 4465",
    70_000,
    false,
  ]);
  await other.push("x".repeat(70_000));
  await peer.clock.advance(TIMEOUTS.send + 2000);
  // Nothing else goes on on this connection.
  assertEquals([peer.seen().at(-1), other.closed], ["GOAWAY 1 ENHANCE_YOUR_CALM", true]);
  await peer.end();
});

Deno.test("a peer that takes nothing holds the client by its window, and ends the tunnel within timeouts.send", async () => {
  const { peer, other } = await startTunnel();
  other.stalls = true;
  for (let i = 0; i < 4; i++) await peer.send(data(1, "x".repeat(16_000)));
  await peer.clock.advance(TIMEOUTS.send - 500);
  assertEquals(other.closed, false);
  await peer.clock.advance(1000);
  assertEquals([other.closed, peer.seen()], [true, ["RST_STREAM 1 CANCEL"]]);
  await peer.end();
});

Deno.test("letters one by one are welcome in a tunnel, for ever", async () => {
  const { peer, other } = await startTunnel();
  const letters = data(1, "x").repeat(20_000);
  for (let i = 0; i < 4; i++) await peer.send(letters);
  assertEquals([other.received.length, peer.isOver, peer.seen()], [80_000, false, []]);
  await peer.end();
});

Deno.test("retire() keeps a tunnel, and the connection ends with it; hangUp() ends it once nothing passes", async () => {
  const { peer, other } = await startTunnel();
  peer.session.retire();
  peer.session.drain();
  await peer.clock.advance(IDLE - 1000);
  await peer.send(data(1, "a"));
  assertEquals([other.received, other.closed], ["a", false]);
  peer.session.hangUp();
  for (let i = 0; i < 10; i++) {
    await peer.clock.advance(100);
    await other.push("b");
  }
  assertEquals([other.closed, peer.seen().at(-1)], [false, "DATA 1 1"]);
  await peer.clock.advance(500);
  assertEquals([other.closed, peer.seen()], [true, ["RST_STREAM 1 CANCEL"]]);
  await peer.connection.push(null);
  await peer.running;
});

Deno.test("a connection that was told to go ends with its last tunnel", async () => {
  const { peer, other } = await startTunnel();
  peer.session.retire();
  await peer.clock.advance(2000);
  await other.push(null);
  await peer.send(data(1, "", true));
  await peer.connection.push(null);
  await peer.running;
  assertEquals([other.closed, peer.connection.ended], [true, true]);
});

class Source implements BodySource {
  readonly prompt = false;
  closed = 0;
  constructor(readonly length: number | undefined) {}
  read(): Promise<number | null> {
    return Promise.resolve(null);
  }
  close(): void {
    this.closed++;
  }
}

Deno.test("an answer without a tunnel is never a 2xx, which would mean one", async () => {
  const answers: readonly (readonly [number, number])[] = [
    [200, 501],
    [204, 501],
    [206, 501],
    [299, 501],
    [101, 501],
    [301, 301],
    [304, 304],
    [403, 403],
    [404, 404],
    [426, 426],
    [502, 502],
  ];
  for (const [status, expected] of answers) {
    const body = new Source(0);
    const { peer } = await start(() => ({ status, fields: FieldBlock.EMPTY, body }));
    await peer.send(connect(1));
    assertEquals(peer.seen()[0]!.slice(0, 13), `HEADERS 1 ${expected}`);
    assertEquals([body.closed, peer.errors.length], [1, expected === 501 ? 1 : 0]);
    await peer.end();
  }
});

Deno.test("a program's whole message is not taken for a tunnel either", async () => {
  const message = new TextEncoder().encode("HTTP/1.1 200 OK\r\n\r\npage");
  let isRead = false;
  const body: BodySource = {
    length: undefined,
    prompt: false,
    read(buffer) {
      if (isRead) return Promise.resolve(null);
      isRead = true;
      buffer.set(message);
      return Promise.resolve(message.length);
    },
    close() {},
  };
  const { peer } = await start(() => ({ status: 200, fields: FieldBlock.EMPTY, body, raw: true }));
  await peer.send(connect(1));
  await settle();
  assertEquals(peer.seen()[0], "HEADERS 1 501");
  await peer.end();
});

Deno.test("a switch that nobody asked for is 502, and the peer closed", async () => {
  const { peer, other } = await start((_, other) => switching(other));
  await peer.send(request(1));
  assertEquals([peer.seen()[0], other.closed, peer.errors.length], ["HEADERS 1 502", true, 1]);
  await peer.end();
});

Deno.test("the peer of an answer that nobody is left for is closed", async () => {
  const answer = Promise.withResolvers<Response>();
  const { peer, other } = await start(() => answer.promise);
  await peer.send(connect(1));
  await peer.send(rstStream(1, 8));
  answer.resolve(switching(other));
  await settle();
  assert(other.closed);
  await peer.end();
});

Deno.test("interim responses come before the final one", async () => {
  let held: Request | undefined;
  const { peer } = await start(async (request) => {
    held = request;
    request.inform!(103, FieldBlock.of(["Link", "</a.css>"], ["Connection", "x"]));
    request.inform!(102, FieldBlock.EMPTY);
    request.inform!(100, FieldBlock.EMPTY);
    await request.body.read();
    request.inform!(103, FieldBlock.of(["X", "y".repeat(40_000)]));
    return text("x");
  });
  await peer.send(request(1, { ends: false, expect: "100-continue" }));
  const [first] = takeFrames(peer.connection.output).frames.filter(({ type }) => type === "HEADERS");
  assertEquals([...peer.fieldsOf(first!.payload)], [[":status", "103"], ["link", "</a.css>"]]);
  assertEquals(peer.seen(), ["HEADERS 1 103", "HEADERS 1 102", "HEADERS 1 100"]);
  const before = peer.connection.output.length;
  await peer.send(data(1, "x", true));
  const { frames } = takeFrames(peer.connection.output.slice(before));
  assertEquals(frames.map(({ type }) => type), [
    "HEADERS",
    "CONTINUATION",
    "CONTINUATION",
    "HEADERS",
    "DATA",
  ]);
  held!.inform!(103, FieldBlock.EMPTY);
  await settle();
  await peer.end();
});

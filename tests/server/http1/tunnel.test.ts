/** Requests that switch protocols, the tunnels that come of them, and interim responses. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { FieldBlock } from "../../../lib/http/fields.ts";
import type { Handler, Request, Response } from "../../../lib/http/message.ts";
import { AccessLog } from "../../../lib/server/access_log.ts";
import { Http1Session } from "../../../lib/server/http1/session.ts";
import { FakeLog, settle } from "../../support/fakes.ts";
import { waitUntil } from "../../support/wait.ts";
import { toBytes } from "../../support/wire.ts";
import { FakeConnection, fakeContext, FakePeer, LIMITS, TIMEOUTS } from "../fakes.ts";

const IDLE = 20_000;
const upgrade = (fields = "Connection: Upgrade\r\nUpgrade: websocket", line = "GET /ws HTTP/1.1") =>
  `${line}\r\nHost: x\r\n${fields}\r\n\r\n`;
const text = (body: string): Response => ({ status: 200, fields: FieldBlock.EMPTY, body: toBytes(body) });
const switching = (peer: FakePeer, idle = IDLE): Response => ({
  status: 101,
  fields: FieldBlock.of(["Upgrade", "websocket"], ["Sec-WebSocket-Accept", "x"]),
  body: undefined,
  tunnel: { peer, idle },
});

function start(answer: (request: Request, peer: FakePeer) => Response | Promise<Response>, limits = LIMITS) {
  const log = new FakeLog();
  const fakes = fakeContext((clock) => new AccessLog(log, "common", 1, clock), limits);
  const connection = new FakeConnection(), peer = new FakePeer();
  const session = new Http1Session(connection, (request) => answer(request, peer), fakes.context);
  const running = session.run();
  return { ...fakes, log, connection, peer, session, running };
}

/** One whose connection is a tunnel already. */
async function startTunnel(idle = IDLE, limits = LIMITS) {
  const all = start((_, peer) => switching(peer, idle), limits);
  await all.connection.push(upgrade());
  await waitUntil(() => all.connection.output.endsWith("\r\n\r\n"), "the head of the 101");
  all.connection.output = "";
  return all;
}

const ASKED: readonly (readonly [string, string | undefined])[] = [
  [upgrade(), "websocket"],
  [upgrade("Connection: keep-alive, upgrade\r\nUpgrade: a/1, b"), "a/1, b"],
  [upgrade("Connection: keep-alive\r\nConnection: UPGRADE\r\nUpgrade: a\r\nUpgrade: b"), "a,b"],
  [upgrade("Upgrade: websocket"), undefined],
  [upgrade("Connection: Upgrade"), undefined],
  [upgrade("Connection: Upgrade\r\nUpgrade:"), undefined],
  [upgrade("Connection: upgrades\r\nUpgrade: websocket"), undefined],
  [upgrade("Connection: Upgrade\r\nUpgrade: websocket", "GET / HTTP/1.0"), undefined],
  [upgrade("Connection: Upgrade, close\r\nUpgrade: x\r\nContent-Length: 0", "POST / HTTP/1.1"), "x"],
];
Deno.test("an upgrade is asked for by Upgrade and Connection together, in HTTP/1.1", async () => {
  const asked: (string | undefined)[] = [];
  for (const [request] of ASKED) {
    const { connection, session, running } = start((request) => {
      asked.push(request.upgrade);
      return text("");
    });
    await connection.push(request);
    session.abort();
    await running;
  }
  assertEquals(asked, ASKED.map(([, expected]) => expected));
});

Deno.test("a 101 makes a tunnel, of which bytes, both ends and the log's line come", async () => {
  const { connection, peer, session, running, log } = start((_, peer) => switching(peer));
  await connection.push(upgrade() + "early");
  await waitUntil(() => peer.received === "early", "the early bytes");
  assertMatch(
    connection.output,
    /^HTTP\/1\.1 101 Switching Protocols\r\n(?=.*\r\nUpgrade: websocket\r\n)(?=.*\r\nConnection: Upgrade\r\n)(?!.*(Content-Length|Transfer-Encoding)).*\r\n\r\n$/s,
  );
  assertEquals(connection.output.match(/Connection:/g)?.length, 1);
  connection.output = "";
  await peer.push("from the peer");
  await connection.push("GET / HTTP/1.1\r\n\r\n\0\xff");
  assertEquals([connection.output, peer.received], ["from the peer", "earlyGET / HTTP/1.1\r\n\r\n\0\xff"]);
  assertEquals([session.answering, log.lines], [0, []]);

  await connection.push(null);
  assertEquals([peer.ended, peer.closed], [true, false]);
  await peer.push(", more", null);
  await running;
  assertEquals(connection.output, "from the peer, more");
  assertEquals([connection.ended, connection.closed, peer.closed], [true, true, true]);
  assertEquals(log.lines.length, 1);
  assertMatch(log.lines[0]!, /"GET \/ws HTTP\/1\.1" 101 19$/);
});

Deno.test("the peer may end its side first, and is sent to until the client ends its own", async () => {
  const { connection, peer, running } = await startTunnel();
  await peer.push("bye", null);
  assertEquals([connection.output, connection.ended, connection.closed], ["bye", true, false]);
  await connection.push("one more");
  assertEquals(peer.received, "one more");
  await connection.push(null);
  await running;
  assertEquals([peer.ended, peer.closed], [true, true]);
});

Deno.test("what was held back of earlier answers comes before the switch", async () => {
  const { connection, peer, session, running } = start(({ upgrade }, peer) =>
    upgrade === undefined ? text("first") : switching(peer)
  );
  await connection.push("GET / HTTP/1.1\r\nHost: x\r\n\r\n" + upgrade() + "behind");
  await waitUntil(() => peer.received === "behind", "the early bytes");
  assertMatch(connection.output, /^HTTP\/1\.1 200 .*\r\n\r\nfirstHTTP\/1\.1 101 .*\r\n\r\n$/s);
  session.abort();
  await running;
  assert(peer.closed);
});

Deno.test("what the client sends while the peer is asked is kept for it, and its end as well", async () => {
  const answer = Promise.withResolvers<Response>();
  const { connection, peer, running } = start(() => answer.promise);
  await connection.push(upgrade(), "one ");
  await connection.push("two ", "three", null);
  answer.resolve(switching(peer));
  await waitUntil(() => peer.ended, "the end at the peer");
  assertEquals(peer.received, "one two three");
  await peer.push("answer", null);
  await running;
  assertStringIncludes(connection.output, "\r\n\r\nanswer");
});

Deno.test("a large request of a slow peer is passed on whole, in pieces that it takes", async () => {
  const { connection, peer, running } = await startTunnel();
  const large = "0123456789abcdef".repeat(40_000);
  peer.takes = 1000;
  await connection.push(large, null);
  await waitUntil(() => peer.ended, "the end at the peer");
  assert(peer.received === large);
  await peer.push(large, null);
  await running;
  assert(connection.output === large);
});

const BROKEN:
  readonly (readonly [string, (connection: FakeConnection, peer: FakePeer) => Promise<void> | void])[] = [
    ["the client is reset", (connection) => connection.close()],
    ["the peer is reset", (_, peer) => peer.close()],
    ["the client takes nothing", async (connection, peer) => {
      connection.breaks = true;
      await peer.push("x");
      connection.close();
    }],
    ["the peer takes nothing", async (connection, peer) => {
      peer.breaks = true;
      await connection.push("x");
      peer.close();
    }],
  ];
for (const [what, breaks] of BROKEN) {
  Deno.test(`a tunnel is over, and both sides closed, when ${what}`, async () => {
    const { connection, peer, running, log, errorLog } = await startTunnel();
    await breaks(connection, peer);
    await running;
    assertEquals([connection.closed, peer.closed, log.lines.length, errorLog.lines], [true, true, 1, []]);
  });
}

Deno.test("a peer that takes nothing more is heard to its end, and the client may read that", async () => {
  const { connection, peer, clock, running } = await startTunnel();
  peer.breaks = true;
  await connection.push("too late");
  await peer.push("last words", null);
  assertEquals([connection.output, connection.ended, connection.closed], ["last words", true, false]);
  assertEquals(peer.closed, true);
  await connection.push("still sending", null);
  await running;
  assertEquals([connection.closed, peer.received], [true, ""]);
  assertEquals(clock.running, 0);
});

Deno.test("who takes nothing more and says nothing is not waited for", async () => {
  for (const who of ["connection", "peer"] as const) {
    const all = await startTunnel();
    all[who].breaks = true;
    await all[who === "peer" ? "connection" : "peer"].push("x");
    await all.clock.advance(5300);
    await all.running;
    assertEquals([all.connection.closed, all.peer.closed], [true, true]);
  }
});

Deno.test("a tunnel outlives every time-out of the connection while something passes, either way", async () => {
  const { connection, peer, clock, session, running } = await startTunnel();
  for (let i = 0; i < 6; i++) {
    await clock.advance(IDLE - 1000);
    await (i % 2 === 0 ? connection : peer).push("x");
  }
  assertEquals([connection.output, peer.received, connection.closed], ["xxx", "xxx", false]);
  await clock.advance(IDLE + 300);
  await running;
  assertEquals([connection.closed, peer.closed, session.answering], [true, true, 0]);
});

for (const who of ["client", "peer"] as const) {
  Deno.test(`a ${who} that takes nothing ends the tunnel within timeouts.send, whatever the other way does`, async () => {
    const { connection, peer, clock, running } = await startTunnel();
    const [stalled, other] = who === "client" ? [connection, peer] : [peer, connection];
    stalled.stalls = true;
    await other.push("x");
    for (let waited = 0; waited < TIMEOUTS.send - 500; waited += 500) {
      await clock.advance(500);
      await stalled.push("still here");
    }
    assertEquals([connection.closed, peer.closed], [false, false]);
    await clock.advance(800);
    await running;
    assertEquals([connection.closed, peer.closed], [true, true]);
  });
}

Deno.test("a write that waits has its own time, also where that is longer than the tunnel may be idle", async () => {
  const { connection, peer, clock, running, session } = await startTunnel(500);
  connection.stalls = true;
  await peer.push("x");
  await clock.advance(TIMEOUTS.send - 500);
  assertEquals(connection.closed, false);
  connection.stalls = false;
  await connection.push("y");
  assertEquals([connection.output, peer.received], ["x", "y"]);
  session.abort();
  await running;
});

Deno.test("retire() and drain() keep a tunnel; hangUp() ends it once nothing passes", async () => {
  const { connection, peer, clock, session, running } = await startTunnel();
  session.retire();
  session.drain();
  await clock.advance(IDLE - 1000);
  await connection.push("a");
  assertEquals([connection.closed, peer.received], [false, "a"]);
  session.hangUp();
  for (let i = 0; i < 20; i++) {
    await clock.advance(100);
    await peer.push("b");
  }
  assertEquals([connection.closed, connection.output.length], [false, 20]);
  await clock.advance(500);
  await running;
  assertEquals([connection.closed, peer.closed], [true, true]);
});

Deno.test("a tunnel that comes of a request after hangUp() is ended, too", async () => {
  const answer = Promise.withResolvers<Response>();
  const { connection, peer, clock, session, running } = start(() => answer.promise);
  await connection.push(upgrade());
  session.hangUp();
  answer.resolve(switching(peer));
  await waitUntil(() => connection.output !== "", "the head of the 101");
  await clock.advance(600);
  await running;
  assert(peer.closed);
});

Deno.test("a switch that nobody asked for, or before the request is whole, is 502, and the peer closed", async () => {
  for (
    const request of [
      "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
      upgrade(undefined, "GET / HTTP/1.0"),
      upgrade("Connection: Upgrade\r\nUpgrade: x\r\nContent-Length: 3", "POST / HTTP/1.1") + "ab",
    ]
  ) {
    const { connection, peer, session, running, errorLog } = start((_, peer) => switching(peer));
    await connection.push(request);
    await waitUntil(() => connection.output !== "", "the 502");
    assertMatch(connection.output, /^HTTP\/1\.[01] 502 .*\r\nConnection: close\r\n/s);
    assertEquals([peer.closed, errorLog.lines.length], [true, 1]);
    session.abort();
    await running;
  }
});

Deno.test("the content of a request that switches is read first", async () => {
  const { connection, peer, running } = start(async ({ body }, peer) => {
    const first = await body.read();
    peer.output += `[${new TextDecoder().decode(first!)}]`;
    assertEquals(await body.read(), null);
    return switching(peer);
  });
  await connection.push(
    upgrade("Connection: Upgrade\r\nUpgrade: tcp\r\nTransfer-Encoding: chunked", "POST / HTTP/1.1") +
      "3\r\nabc\r\n0\r\n\r\nraw",
  );
  await waitUntil(() => peer.received === "[abc]raw", "what follows the content");
  await connection.push(null);
  await peer.push(null);
  await running;
});

Deno.test("the peer of an answer that nobody is left for is closed", async () => {
  const answer = Promise.withResolvers<Response>();
  const { connection, peer, session, running } = start(() => answer.promise);
  await connection.push(upgrade());
  session.abort();
  answer.resolve(switching(peer));
  await running;
  await settle();
  assert(peer.closed);
});

const LINK = FieldBlock.of(["Link", "</a.css>; rel=preload"]);
Deno.test("interim responses come before the final one, and in the order of the requests", async () => {
  const held: Request[] = [];
  const handler: Handler = async (request) => {
    held.push(request);
    request.inform!(103, LINK);
    await settle();
    request.inform!(102, FieldBlock.EMPTY);
    return text(request.path);
  };
  const { connection, session, running } = start((request) =>
    request.path === "/" ? text("plain") : handler(request)
  );
  const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
  await connection.push(get("/") + get("/a") + get("/b"));
  await waitUntil(() => connection.output.endsWith("/b"), "the last answer");
  assertEquals(
    connection.output.match(/HTTP\/1\.1 \d+ |Link: [^\r]*|plain|\/[ab]$/g)?.map((found) => found.trim()),
    [200, 103, "Link", 102, 200, 103, "Link", 102, 200].flatMap((what) =>
      what === "Link" ? ["Link: </a.css>; rel=preload"] : [`HTTP/1.1 ${what}`]
    ).toSpliced(1, 0, "plain").concat("/b"),
  );
  assertStringIncludes(
    connection.output,
    "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\n",
  );
  const before = connection.output;
  held.forEach((request) => request.inform!(103, LINK));
  await settle();
  assertEquals(connection.output, before);
  session.abort();
  await running;
});

Deno.test("an interim response is nothing for HTTP/1.0, and 100 only for who waits for it, once", async () => {
  const cases: readonly (readonly [string, readonly number[], string[]])[] = [
    ["GET / HTTP/1.0\r\n\r\n", [100, 103], ["200"]],
    ["GET / HTTP/1.1\r\nHost: x\r\n\r\n", [100, 103], ["103", "200"]],
    ["POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n", [100, 100, 103], [
      "100",
      "103",
      "200",
    ]],
  ];
  for (const [request, statuses, expected] of cases) {
    const { connection, session, running } = start(async (request) => {
      for (const status of statuses) request.inform!(status, FieldBlock.EMPTY);
      await request.body.read();
      return text("");
    });
    await connection.push(request);
    await connection.push("x");
    await waitUntil(() => connection.output.includes(" 200 "), "the final answer");
    assertEquals(
      [...connection.output.matchAll(/^HTTP\/1\.[01] (\d+)/gm)].map(([, status]) => status),
      expected,
    );
    session.abort();
    await running;
  }
});

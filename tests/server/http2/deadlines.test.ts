/** How long a peer is waited for, and what the end of the wait costs it. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { FieldBlock } from "../../../lib/http/fields.ts";
import type { Handler } from "../../../lib/http/message.ts";
import { LIMITS, TIMEOUTS } from "../fakes.ts";
import {
  data,
  frame,
  Peer,
  ping,
  PREFACE,
  request,
  SETTINGS,
  text,
  windowOfStreams,
  windowUpdate,
} from "./peer.ts";

const OK: Handler = () => text("hello");
const LARGE: Handler = () => text("x".repeat(200_000));

/** Reads all of the content. */
const read: Handler = async ({ body }) => {
  let length = 0;
  for (let piece = await body.read(); piece !== null; piece = await body.read()) length += piece.length;
  return text(String(length));
};

const BEGUN: Readonly<Record<string, string>> = {
  "nothing": "",
  "half of the preface": PREFACE.slice(0, 10),
  "the preface without SETTINGS": PREFACE,
  "half of SETTINGS": PREFACE + SETTINGS.slice(0, 5),
  "half of a header block": PREFACE + SETTINGS + frame("HEADERS", 1, 1, "\x82"),
  "half of HEADERS": PREFACE + SETTINGS + request(1).slice(0, -2),
};
for (const [what, sent] of Object.entries(BEGUN)) {
  Deno.test(`whoever sends ${what} has timeouts.header for the rest`, async () => {
    const peer = new Peer(OK);
    await peer.send(sent);
    await peer.clock.advance(TIMEOUTS.header - 200);
    assertEquals([peer.seen().filter((line) => line.startsWith("GOAWAY")), peer.connection.ended], [
      [],
      false,
    ]);
    await peer.clock.advance(400);
    assertEquals(peer.seen().filter((line) => line.startsWith("GOAWAY")), ["GOAWAY 0 PROTOCOL_ERROR"]);
    assertEquals([peer.connection.ended, peer.connection.closed], [true, false]);
    await peer.connection.push(null);
    assert(peer.isOver);
    await peer.end();
  });
}

Deno.test("a connection without a stream is kept for timeouts.keep_alive, whatever else comes on it", async () => {
  const peer = await Peer.greeted(OK);
  await peer.send(request(1));
  peer.seen();
  await peer.clock.advance(TIMEOUTS.keepAlive - 1000);
  await peer.send(ping());
  assertEquals(peer.seen(), ["PING ACK"]);
  await peer.clock.advance(1200);
  assertEquals(peer.seen(), ["GOAWAY 1 NO_ERROR"]);
  assert(peer.connection.ended);
  await peer.connection.push(null);
  assert(peer.isOver);
});

Deno.test("each request gives the connection new time, and one that is answered slowly has all the time", async () => {
  const slow = Promise.withResolvers<ReturnType<typeof text>>();
  const peer = await Peer.greeted(({ path }) => path === "/slow" ? slow.promise : text("x"));
  for (let stream = 1; stream < 9; stream += 2) {
    await peer.send(request(stream));
    await peer.clock.advance(TIMEOUTS.keepAlive - 1000);
  }
  await peer.send(request(9, { path: "/slow" }));
  await peer.clock.advance(100 * TIMEOUTS.keepAlive);
  assertEquals(peer.seen().filter((line) => line.startsWith("GOAWAY")), []);
  slow.resolve(text("late"));
  await peer.send();
  assertEquals(peer.seen(), ["HEADERS 9 200", "DATA 9 4 END"]);
  await peer.end();
});

Deno.test("a connection is idle once a slow answer is sent, though nothing more comes", async () => {
  const slow = Promise.withResolvers<ReturnType<typeof text>>();
  const peer = await Peer.greeted(() => slow.promise);
  await peer.send(request(1));
  await peer.clock.advance(2 * TIMEOUTS.keepAlive);
  slow.resolve(text("late"));
  await peer.send();
  await peer.clock.advance(TIMEOUTS.keepAlive - 200);
  assertEquals(peer.seen(), ["HEADERS 1 200", "DATA 1 4 END"]);
  await peer.clock.advance(500);
  assertEquals(peer.seen(), ["GOAWAY 1 NO_ERROR"]);
  await peer.end();
});

Deno.test("content that does not come is 408, on its stream alone", async () => {
  const peer = await Peer.greeted(read);
  await peer.send(request(1, { method: "PUT", ends: false }), request(3, { method: "PUT", ends: false }));
  await peer.clock.advance(TIMEOUTS.body - 200);
  await peer.send(data(3, "x"));
  peer.seen();
  await peer.clock.advance(400);
  assertEquals(peer.seen().map((line) => line.replace(/ \d+ END$/, "")), [
    "HEADERS 1 408",
    "DATA 1",
    "RST_STREAM 1 NO_ERROR",
  ]);
  await peer.send(data(3, "y", true));
  assertEquals(peer.seen(), ["HEADERS 3 200", "DATA 3 1 END"]);
  assertEquals(peer.contents.get(3), "2");
  await peer.end();
});

Deno.test("content that drips below limits.body_rate is 408", async () => {
  const peer = await Peer.greeted(read, { limits: { ...LIMITS, bodyRate: 100 } });
  await peer.send(request(1, { method: "PUT", ends: false }));
  let count = 0;
  for (; count < 100 && !peer.seen().some((line) => line.startsWith("HEADERS 1 408")); count++) {
    await peer.clock.advance(500);
    await peer.send(data(1, "x"));
  }
  assert(count >= 3 && count <= 7, String(count));
  await peer.end();
});

Deno.test("a frame of content that comes in two halves is content, no head", async () => {
  const peer = await Peer.greeted(read);
  await peer.send(request(1, { method: "PUT", ends: false }), data(1, "abcdef", true).slice(0, 12));
  await peer.clock.advance(TIMEOUTS.header + 400);
  assertEquals(peer.seen(), []);
  await peer.send(data(1, "abcdef", true).slice(12));
  assertEquals(peer.seen(), ["HEADERS 1 200", "DATA 1 1 END"]);
  await peer.end();
});

for (const what of ["small", "large"] as const) {
  Deno.test(`a peer that takes nothing of what was written is cut off after timeouts.send (${what})`, async () => {
    const peer = await Peer.greeted(what === "small" ? OK : LARGE);
    peer.connection.stalls = true;
    await peer.send(request(1));
    await peer.clock.advance(TIMEOUTS.send - 200);
    assertEquals(peer.connection.closed, false);
    await peer.clock.advance(400);
    assertEquals([peer.connection.closed, peer.isOver], [true, true]);
  });
}

Deno.test("a stream without a window is reset after timeouts.send, while others on the connection go on", async () => {
  const peer = await Peer.greeted(LARGE);
  await peer.send(windowUpdate(0, 1e9), request(1), request(3));
  for (let waited = 0; waited < TIMEOUTS.send + 1000; waited += 500) {
    await peer.clock.advance(500);
    await peer.send(windowUpdate(3, 10_000));
  }
  const seen = peer.seen();
  assertEquals(seen.filter((line) => /RST|GOAWAY/.test(line)), ["RST_STREAM 1 CANCEL"]);
  assertMatch(peer.log.lines[0]!, / 200 65535 /);
  await peer.send(windowUpdate(3, 1e6), request(5));
  assert(peer.seen().some((line) => /^DATA 3 .*END$/.test(line)));
  await peer.end();
});

const NOTHING_TAKEN: Readonly<Record<string, { settings?: string; streams: number }>> = {
  "gives its streams no window": { settings: windowOfStreams(0), streams: 3 },
  "gives its one stream no window": { settings: windowOfStreams(0), streams: 1 },
  "lets the window of its one stream run out": { streams: 1 },
  "lets the window of the connection run out": { streams: 3 },
  "lets several streams run out": { settings: windowOfStreams(10), streams: 3 },
};
for (const [what, { settings, streams }] of Object.entries(NOTHING_TAKEN)) {
  Deno.test(`a peer that ${what} is told to calm down after timeouts.send`, async () => {
    const peer = await Peer.greeted(LARGE, settings === undefined ? {} : { settings });
    await peer.send(...Array.from({ length: streams }, (_, i) => request(2 * i + 1)));
    await peer.clock.advance(TIMEOUTS.send - 500);
    const isEnd = (line: string) => /RST|GOAWAY/.test(line);
    assertEquals(peer.seen().filter(isEnd), []);
    await peer.clock.advance(1500);
    assertEquals(peer.seen().filter(isEnd), [`GOAWAY ${2 * streams - 1} ENHANCE_YOUR_CALM`]);
    assertEquals([peer.connection.ended, peer.session.answering], [true, 0]);
    await peer.connection.push(null);
    assert(peer.isOver);
  });
}

Deno.test("a window in drips is not enough where limits.send_rate asks for more", async () => {
  const peer = await Peer.greeted(LARGE, {
    limits: { ...LIMITS, sendRate: 1000 },
    settings: windowOfStreams(0),
  });
  await peer.send(request(1), request(3));
  let count = 0;
  for (; count < 40 && !peer.seen().includes("RST_STREAM 1 CANCEL"); count++) {
    await peer.clock.advance(500);
    await peer.send(windowUpdate(1, 250), windowUpdate(3, 500));
  }
  // Half of the rate: timeouts.send lasts twice as long.
  assert(count > 8 && count < 20, String(count));
  assertEquals(peer.seen().filter((line) => /RST|GOAWAY/.test(line)), []);
  await peer.end();
});

Deno.test("a stream that waits for its turn is not stalled", async () => {
  const peer = await Peer.greeted(({ path }) =>
    path === "/big" ? text("x".repeat(1_000_000)) : LARGE({} as never)
  );
  await peer.send(
    windowUpdate(0, 1),
    request(1, { path: "/big", priority: "u=0" }),
    request(3, { priority: "u=7" }),
    windowUpdate(1, 1e6),
  );
  for (let waited = 0; waited < 3 * TIMEOUTS.send; waited += 500) {
    await peer.clock.advance(500);
    await peer.send(windowUpdate(0, 5000));
  }
  assertEquals(peer.seen().filter((line) => /RST|GOAWAY|DATA 3/.test(line)), []);
  await peer.end();
});

Deno.test("a program that is silent for a half-closed peer is ended soon; an answer that comes is sent", async () => {
  for (const watches of [true, false]) {
    const answer = Promise.withResolvers<ReturnType<typeof text>>();
    let told = 0;
    const peer = await Peer.greeted((incoming) => {
      if (watches) incoming.onGone(() => told++);
      return answer.promise;
    });
    await peer.send(request(1));
    await peer.connection.push(null);
    await peer.clock.advance(700);
    assertEquals([told, peer.isOver], [0, false]);
    await peer.clock.advance(800);
    assertEquals([told, peer.isOver], watches ? [1, true] : [0, false]);
    answer.resolve({ status: 200, fields: FieldBlock.EMPTY, body: undefined });
    await peer.send();
    assertEquals(peer.seen(), watches ? [] : ["HEADERS 1 200 END"]);
    assert(peer.isOver);
    await peer.end();
  }
});

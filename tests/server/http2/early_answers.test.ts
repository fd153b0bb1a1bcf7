/** Answers that are complete before their requests are: what becomes of the rest. */
import { assert, assertEquals } from "@std/assert";
import { FieldBlock } from "../../../lib/http/fields.ts";
import type { Handler } from "../../../lib/http/message.ts";
import { LIMITS, TIMEOUTS } from "../fakes.ts";
import { data, frame, Peer, request, rstStream, text } from "./peer.ts";

const OK: Handler = () => text("hello");
const ANSWER = ["HEADERS 1 200", "DATA 1 5 END"];
const post = (fields: Record<string, string> = {}) => request(1, { method: "POST", ends: false, ...fields });

const KIB = 1024;
const piece = (count: number, ends = false) => data(1, "x".repeat(count), ends);

/** What comes behind the head of a request that is answered at once, piece by piece, and what is said to it. */
const RESTS: Readonly<Record<string, { sent: readonly string[]; seen: readonly string[]; apart?: true }>> = {
  "that ends": { sent: [data(1, "ab"), data(1, "cd", true)], seen: [] },
  "that ends without a byte": { sent: [data(1, "", true)], seen: [] },
  "that ends with trailers": { sent: [data(1, "ab"), frame("HEADERS", 5, 1)], seen: [] },
  "of 64 KiB": { sent: Array.from({ length: 4 }, (_, i) => piece(16 * KIB, i === 3)), seen: [] },
  "of much more than its window": {
    sent: Array.from({ length: 40 }, (_, i) => piece(16 * KIB, i === 39)),
    seen: [],
    apart: true,
  },
  "that the client takes back": { sent: [data(1, "ab"), rstStream(1, 8)], seen: [], apart: true },
  "that is malformed": {
    sent: [data(1, "ab"), frame("HEADERS", 4, 1, "\x82")],
    seen: ["RST_STREAM 1 PROTOCOL_ERROR"],
    apart: true,
  },
};
for (const together of [true, false]) {
  for (const [what, { sent, seen, apart }] of Object.entries(RESTS)) {
    // In one piece they are found before anything of the answer has left.
    if (together && apart) continue;
    Deno.test(`an early answer to content ${what}, ${together ? "in one piece" : "piece by piece"}`, async () => {
      const peer = await Peer.greeted(OK);
      if (together) await peer.send(post(), ...sent);
      else for (const part of [post(), ...sent]) await peer.send(part);
      assertEquals(peer.seen(), [...ANSWER, ...seen]);
      await peer.send(request(3));
      assertEquals(peer.seen(), ["HEADERS 3 200", "DATA 3 5 END"]);
      await peer.clock.advance(2 * TIMEOUTS.body);
      assertEquals(peer.seen().filter((line) => line.startsWith("RST")), []);
      await peer.end();
    });
  }
}

Deno.test("the rest of an answered request is dropped, however much is announced", async () => {
  const peer = await Peer.greeted(OK);
  await peer.send(post({ "content-length": String(640 * KIB) }));
  for (let i = 0; i < 40; i++) await peer.send(piece(16 * KIB, i === 39));
  assertEquals(peer.seen(), ANSWER);
  await peer.send(request(3));
  assertEquals(peer.seen(), ["HEADERS 3 200", "DATA 3 5 END"]);
  await peer.end();
});

Deno.test("the rest of an answered request is waited for while it comes, and for timeouts.body at the most", async () => {
  for (const every of [Infinity, 500]) {
    const peer = await Peer.greeted(OK);
    await peer.send(post());
    let waited = 0, seen: string[] = peer.seen();
    assertEquals(seen, ANSWER);
    for (; waited < 3 * TIMEOUTS.body && (seen = peer.seen()).length === 0; waited += 100) {
      await peer.clock.advance(100);
      if ((waited + 100) % every === 0) await peer.send(piece(1));
    }
    assertEquals(seen, ["RST_STREAM 1 NO_ERROR"]);
    assert(Math.abs(waited - TIMEOUTS.body) <= 300, String(waited));
    await peer.end();
  }
});

Deno.test("a request that was too large to be read is answered, and its content dropped", async () => {
  for (const ends of [true, false]) {
    const peer = await Peer.greeted(OK);
    const head = request(1, { method: "POST", ends: false, long: "x".repeat(LIMITS.headerFields) });
    await peer.send(head, ...ends ? [piece(1000, true)] : []);
    assertEquals(peer.seen().map((line) => line.replace(/ \d+ END/, "")), ["HEADERS 1 431", "DATA 1"]);
    await peer.clock.advance(TIMEOUTS.body + 300);
    assertEquals(peer.seen(), ends ? [] : ["RST_STREAM 1 NO_ERROR"]);
    await peer.end();
  }
});

Deno.test("a connection with an answered request that is not whole is not idle, and is again after it", async () => {
  const peer = await Peer.greeted(() => ({ status: 204, fields: FieldBlock.EMPTY, body: undefined }));
  await peer.send(post());
  await peer.send(piece(1, true));
  assertEquals(peer.seen(), ["HEADERS 1 204 END"]);
  await peer.clock.advance(TIMEOUTS.keepAlive + 300);
  assertEquals(peer.seen(), ["GOAWAY 1 NO_ERROR"]);
  await peer.end();
});

Deno.test("where the server stops nobody waits for the rest of what was answered", async () => {
  const peer = await Peer.greeted(OK);
  await peer.send(post());
  peer.seen();
  peer.session.drain();
  await peer.clock.advance(1300);
  assertEquals(peer.seen().slice(2), ["GOAWAY 1 NO_ERROR", "RST_STREAM 1 NO_ERROR"]);
  assert(peer.connection.ended);
  await peer.end();
});

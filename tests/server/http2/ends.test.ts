/** How a connection comes to its end: by the server's stop or retirement, a client too many, a rule that was broken. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { FieldBlock } from "../../../lib/http/fields.ts";
import type { Handler, Response } from "../../../lib/http/message.ts";
import { Peer, ping, PREFACE, request, SETTINGS, SETTINGS_ACK, text } from "./peer.ts";

const OK: Handler = () => text("hello");
const ANY = 2 ** 31 - 1;

/** The PING that was sent last, acknowledged. */
const acknowledge = (peer: Peer) => {
  const { output } = peer.connection;
  const at = output.lastIndexOf("\0\0\x08\x06\0\0\0\0\0");
  assert(at >= 0, "no PING was sent");
  return ping(output.slice(at + 9, at + 17), 1);
};

for (const how of ["drain", "retire"] as const) {
  Deno.test(`${how}() of an idle connection: two GOAWAYs, and the end once the PING between is acknowledged`, async () => {
    const peer = await Peer.greeted(OK);
    await peer.send(request(1));
    peer.seen();
    peer.session[how]();
    await peer.send();
    assertEquals(peer.seen(), [`GOAWAY ${ANY} NO_ERROR`, "PING"]);
    // This one was under way.
    await peer.send(request(3), acknowledge(peer));
    assertEquals(peer.seen(), ["GOAWAY 3 NO_ERROR", "HEADERS 3 200", "DATA 3 5 END"]);
    assertEquals([peer.connection.ended, peer.connection.closed], [true, false]);
    await peer.connection.push(null);
    assert(peer.isOver);
  });

  Deno.test(`${how}() finishes what runs, and takes up nothing that comes after the last GOAWAY`, async () => {
    const slow = Promise.withResolvers<Response>();
    const peer = await Peer.greeted(() => slow.promise);
    await peer.send(request(1));
    peer.session[how]();
    await peer.send();
    await peer.send(acknowledge(peer));
    await peer.send(request(3));
    assertEquals(peer.seen().filter((line) => !line.startsWith("PING")), [
      `GOAWAY ${ANY} NO_ERROR`,
      "GOAWAY 1 NO_ERROR",
    ]);
    assertEquals([peer.session.answering, peer.connection.ended], [1, false]);
    slow.resolve(text("late"));
    await peer.send();
    assertEquals(peer.seen(), ["HEADERS 1 200", "DATA 1 4 END"]);
    assert(peer.connection.ended);
    await peer.connection.push(null);
    assert(peer.isOver);
  });

  Deno.test(`${how}() does not wait long for a PING that nobody acknowledges`, async () => {
    const peer = await Peer.greeted(OK);
    peer.session[how]();
    await peer.clock.advance(1300);
    assertEquals(peer.seen(), [`GOAWAY ${ANY} NO_ERROR`, "PING", "GOAWAY 0 NO_ERROR"]);
    assert(peer.connection.ended);
    await peer.clock.advance(6000);
    assert(peer.isOver, "a peer that does not leave holds the connection");
  });

  Deno.test(`${how}() of a connection whose peer ends its side instead of acknowledging the PING`, async () => {
    for (const asked of [false, true]) {
      const slow = Promise.withResolvers<Response>();
      const peer = await Peer.greeted(() => slow.promise);
      if (asked) await peer.send(request(1));
      peer.session[how]();
      await peer.connection.push(null);
      assertEquals(peer.isOver, !asked);
      slow.resolve(text("late"));
      await peer.send();
      assert(peer.isOver);
    }
  });

  Deno.test(`${how}() before anything has come`, async () => {
    const peer = new Peer(OK);
    peer.session[how]();
    await peer.clock.advance(1300);
    assertEquals(peer.seen().slice(-1), ["GOAWAY 0 NO_ERROR"]);
    await peer.connection.push(null);
    assert(peer.isOver);
  });
}

Deno.test("drain() ends once a half-closed peer has its answer, though it acknowledges no PING", async () => {
  const slow = Promise.withResolvers<Response>();
  const peer = await Peer.greeted(() => slow.promise);
  await peer.send(request(1));
  peer.session.drain();
  await peer.connection.push(null);
  await peer.clock.advance(5000);
  slow.resolve(text("late"));
  await peer.send();
  assertEquals(peer.seen().slice(2), ["GOAWAY 1 NO_ERROR", "HEADERS 1 200", "DATA 1 4 END"]);
  assert(peer.isOver);
});

Deno.test("a write that fails ends every stream: handlers are told, sources closed, buffers given back", async () => {
  let told = 0, closed = 0;
  const source = { length: 1e6, prompt: true, read: (into: Uint8Array) => Promise.resolve(into.length) };
  const peer = await Peer.greeted((incoming) => {
    incoming.onGone(() => told++);
    if (incoming.path === "/slow") return new Promise(() => {});
    return { status: 200, fields: FieldBlock.EMPTY, body: { ...source, close: () => closed++ } };
  });
  peer.connection.breaks = true;
  await peer.send(request(1), request(3), request(5, { path: "/slow" }));
  await peer.running;
  assertEquals([told, closed, peer.session.answering, peer.connection.closed], [3, 2, 0, true]);
  const { context } = peer.fakes;
  assertEquals([context.smallBuffers.used, context.bodyBuffers(1e6).used, peer.errors], [0, 0, []]);
});

Deno.test("abort() closes at once", async () => {
  const peer = await Peer.greeted(() => new Promise(() => {}));
  await peer.send(request(1));
  peer.session.abort();
  await peer.running;
  assertEquals([peer.connection.closed, peer.session.answering], [true, 0]);
});

Deno.test("a client too many gets 503 on its first stream, and GOAWAY", async () => {
  const peer = new Peer(OK, { turnedAway: true });
  await peer.send(PREFACE, SETTINGS, SETTINGS_ACK, request(1), request(3));
  const seen = peer.seen();
  assert(seen.includes("HEADERS 1 503"), seen.join());
  assert(seen.includes("GOAWAY 1 NO_ERROR"), seen.join());
  assert(!seen.some((line) => line.startsWith("HEADERS 3")), seen.join());
  assertStringIncludes(peer.errors[0]!, "limits.connections");
  assert(peer.connection.ended);
  await peer.connection.push(null);
  assert(peer.isOver);
});

Deno.test("a client too many that asks for nothing gets GOAWAY after two seconds", async () => {
  for (const sent of ["", PREFACE, PREFACE + SETTINGS]) {
    const peer = new Peer(OK, { turnedAway: true });
    await peer.send(sent);
    await peer.clock.advance(2300);
    assertEquals(peer.seen().slice(-1), ["GOAWAY 0 NO_ERROR"]);
    await peer.clock.advance(2300);
    assert(peer.isOver);
  }
});

Deno.test("after a broken rule the peer has time to read the GOAWAY, and what it sends meanwhile is dropped", async () => {
  const peer = await Peer.greeted(() => new Promise(() => {}));
  await peer.send(request(1), "\0\0\x01\x06\0\0\0\0\0x");
  assertEquals(peer.seen(), ["GOAWAY 1 FRAME_SIZE_ERROR"]);
  assertEquals([peer.connection.ended, peer.connection.closed, peer.session.answering], [true, false, 0]);
  await peer.send("whatever ".repeat(10_000));
  assertEquals([peer.seen(), peer.connection.closed], [[], false]);
  await peer.clock.advance(10_000);
  assert(peer.isOver);
});

Deno.test("a GOAWAY of the peer's ends the connection once its streams are answered", async () => {
  const slow = Promise.withResolvers<Response>();
  const peer = await Peer.greeted(() => slow.promise);
  await peer.send(request(1), "\0\0\x08\x07\0\0\0\0\0\0\0\0\0\0\0\0\0");
  assertEquals(peer.connection.ended, false);
  slow.resolve(text("late"));
  await peer.send();
  assertEquals(peer.seen().slice(0, 2), ["HEADERS 1 200", "DATA 1 4 END"]);
  assert(peer.connection.ended);
  await peer.connection.push(null);
  assert(peer.isOver);
});

Deno.test("only streams that are not answered to their end count as being answered", async () => {
  const slow = Promise.withResolvers<Response>();
  const peer = await Peer.greeted(({ path }) => path === "/slow" ? slow.promise : text("x".repeat(70_000)));
  assertEquals(peer.session.answering, 0);
  await peer.send(request(1, { path: "/slow" }), request(3));
  assertEquals(peer.session.answering, 2);
  slow.resolve(text(""));
  await peer.send();
  assertEquals(peer.session.answering, 1);
  await peer.end();
});

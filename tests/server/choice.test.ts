/** Which protocol a connection speaks, and that nothing is lost on the way from one to the other. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { FieldBlock } from "../../lib/http/fields.ts";
import type { Handler, Response } from "../../lib/http/message.ts";
import type { Protocol } from "../../lib/server/protocol.ts";
import { protocolChoice } from "../../lib/server/choice.ts";
import { settle } from "../support/fakes.ts";
import { waitUntil } from "../support/wait.ts";
import { FakeConnection, fakeContext, FakePeer } from "./fakes.ts";
import { PREFACE, request, SETTINGS, takeFrames, text } from "./http2/peer.ts";

const OK: Handler = ({ version }) => text(version);
const GET = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

/** A connection, by what was agreed on in its handshake, if it had one. */
function start(handler: Handler = OK, { protocol, http2 = true }: {
  protocol?: "h2" | "http/1.1";
  http2?: boolean;
} = {}, extendedConnect = false) {
  const { context, ...fakes } = fakeContext();
  context.settings = { ...context.settings, http2, extendedConnect };
  const connection = Object.assign(
    new FakeConnection(),
    protocol && { tls: { serverName: undefined, protocol, covers: () => true } },
  );
  const session: Protocol = protocolChoice(handler, context)(connection);
  return { connection, session, ...fakes };
}

/** Until the code of HTTP/2 is loaded, which takes real time. */
async function loaded(): Promise<void> {
  await import("../../lib/server/http2/session.ts");
  await settle();
}

const typesOf = ({ output }: FakeConnection) => takeFrames(output).frames.map(({ type }) => type);
const ASKED = PREFACE + SETTINGS + request(1);

Deno.test("a client that begins with HTTP/2 gets it, whatever way its first bytes are cut", async () => {
  const cuts = [[ASKED], [ASKED.slice(0, 16), ASKED.slice(16)], [PREFACE, SETTINGS + request(1)], [...ASKED]];
  for (const pieces of cuts) {
    const { connection, session } = start();
    const running = session.run();
    for (const piece of pieces) await connection.push(piece);
    await loaded();
    assertEquals(typesOf(connection).slice(-2), ["HEADERS", "DATA"], `${pieces.length} pieces`);
    assert(connection.output.endsWith("HTTP/2.0"));
    session.abort();
    await running;
    assert(connection.closed);
  }
});

Deno.test("the end of tunnels reaches a connection whose protocol is still being loaded", async () => {
  for (const protocol of ["h2", undefined] as const) {
    const peer = new FakePeer(), fields = FieldBlock.EMPTY;
    const { connection, session, clock } = start(
      () => ({ status: 101, fields, body: undefined, tunnel: { peer, idle: 60_000 } }),
      protocol && { protocol },
      true,
    );
    const running = session.run();
    const asking = connection.push(
      PREFACE + SETTINGS + request(1, { method: "CONNECT", ":protocol": "x", ends: false }),
    );
    session.hangUp();
    await asking;
    await loaded();
    await waitUntil(() => typesOf(connection).includes("HEADERS"), "the tunnel");
    await clock.advance(600);
    assert(peer.closed);
    session.abort();
    await running;
  }
});

Deno.test("a client that goes on otherwise than HTTP/2's preface does is told so in HTTP/2", async () => {
  const { connection, session } = start();
  const running = session.run();
  await connection.push("PRI * HTTP/2.0\r\nHost: x\r\n\r\n");
  await loaded();
  assertEquals(typesOf(connection).slice(-1), ["GOAWAY"]);
  await connection.push(null);
  await running;
});

const NONE: Readonly<Record<string, readonly [string, Parameters<typeof start>[1], RegExp]>> = {
  "where it is off": [ASKED, { http2: false }, /^HTTP\/1\.1 505 /],
  "behind an empty line": ["\r\n" + ASKED, {}, /^HTTP\/1\.1 505 /],
  "behind a request": [GET + ASKED, {}, /^HTTP\/1\.1 200 [^]*HTTP\/1\.1HTTP\/1\.1 505 /],
  "where TLS has agreed on HTTP/1.1": [ASKED, { protocol: "http/1.1" }, /^HTTP\/1\.1 505 /],
  "for another version": ["PRI * HTTP/2.1\r\n\r\n", {}, /^HTTP\/1\.1 505 /],
  "for another method": ["GET * HTTP/2.0\r\n\r\n", {}, /^HTTP\/1\.1 505 /],
  "for another target": ["PRI / HTTP/2.0\r\n\r\n", {}, /^HTTP\/1\.1 505 /],
};
for (const [what, [sent, options, answer]] of Object.entries(NONE)) {
  Deno.test(`HTTP/2's preface is refused in HTTP/1.1 ${what}`, async () => {
    const { connection, session } = start(OK, options);
    const running = session.run();
    await connection.push(sent);
    await settle();
    assertMatch(connection.output, answer);
    await connection.push(null);
    await running;
  });
}

Deno.test("HTTP/1.1 is spoken as ever", async () => {
  for (const protocol of ["http/1.1", undefined] as const) {
    const { connection, session } = start(OK, protocol ? { protocol } : {});
    const running = session.run();
    await connection.push(GET);
    assertMatch(connection.output, /^HTTP\/1\.1 200 /);
    await connection.push(null);
    await running;
  }
});

Deno.test("a connection that has agreed on h2 speaks it from its first byte", async () => {
  const { connection, session } = start(OK, { protocol: "h2" });
  const running = session.run();
  await loaded();
  assertEquals(typesOf(connection), ["SETTINGS", "WINDOW_UPDATE"]);
  await connection.push(ASKED);
  assertEquals(typesOf(connection).slice(-2), ["HEADERS", "DATA"]);
  session.abort();
  await running;
});

/** What may be asked of a connection while it goes over, and after. */
for (const how of ["retire", "drain"] as const) {
  for (const when of ["before", "while", "after"] as const) {
    for (const protocol of [undefined, "h2"] as const) {
      Deno.test(`${how}() ${when} a connection goes over to HTTP/2 (${protocol ?? "plain"})`, async () => {
        const { connection, session, clock } = start(OK, protocol ? { protocol } : {});
        if (when === "before" && protocol !== undefined) session[how]();
        const running = session.run();
        if (when === "before" && protocol === undefined) session[how]();
        const pushed = connection.push(ASKED);
        if (when === "while") session[how]();
        await pushed;
        await loaded();
        if (when === "after") session[how]();
        await clock.advance(1300);
        const types = typesOf(connection);
        assertEquals(types.filter((type) => type === "GOAWAY").length, 2, types.join());
        assert(types.includes("DATA"));
        await connection.push(null);
        await running;
        assertEquals([connection.ended, connection.closed], [true, true]);
      });
    }
  }
}

Deno.test("abort() ends a connection at any moment of its going over", async () => {
  for (const protocol of [undefined, "h2"] as const) {
    for (const when of ["at once", "after a push", "when it is loaded"]) {
      const { connection, session } = start(OK, protocol ? { protocol } : {});
      const running = session.run();
      if (when !== "at once") void connection.push(ASKED);
      if (when === "when it is loaded") await loaded();
      session.abort();
      await running;
      assert(connection.closed, when);
    }
  }
});

Deno.test("streams of a connection that went over count as being answered", async () => {
  for (const protocol of [undefined, "h2"] as const) {
    const slow = Promise.withResolvers<Response>();
    const { connection, session } = start(() => slow.promise, protocol ? { protocol } : {});
    const running = session.run();
    await connection.push(ASKED + request(3));
    await loaded();
    assertEquals(session.answering, 2);
    slow.resolve(text("late"));
    await settle();
    assertEquals(session.answering, 0);
    session.abort();
    await running;
  }
});

Deno.test("a client too many is turned away in the protocol that TLS has agreed on", async () => {
  const { connection, session } = start(OK, { protocol: "h2" });
  const running = session.turnAway();
  await connection.push(ASKED);
  await loaded();
  assert(typesOf(connection).includes("GOAWAY"));
  await connection.push(null);
  await running;
});

/**
 * A connection before its protocol is known: what becomes of handshakes that take long, break, or come at the end.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { NOWHERE } from "../../lib/http/roster.ts";
import type { ByteConnection, IncomingConnection } from "../../lib/ports.ts";
import { Handshake } from "../../lib/server/handshake.ts";
import type { Protocol } from "../../lib/server/protocol.ts";
import { settle } from "../support/fakes.ts";
import { FakeConnection, fakeContext, TIMEOUTS } from "./fakes.ts";

/** What was called, in order. */
class FakeProtocol implements Protocol {
  place = NOWHERE;
  readonly ended = Promise.withResolvers<void>();
  answering = 7;

  constructor(readonly name: string, readonly calls: string[]) {
    calls.push(`new ${name}`);
  }

  run(): Promise<void> {
    this.calls.push("run");
    return this.ended.promise;
  }

  turnAway(): Promise<void> {
    this.calls.push("turnAway");
    return this.ended.promise;
  }

  retire(): void {
    this.calls.push("retire");
  }

  drain(): void {
    this.calls.push("drain");
  }

  hangUp(): void {
    this.calls.push("hangUp");
  }

  abort(): void {
    this.calls.push("abort");
    this.ended.resolve();
  }
}

function start() {
  const fakes = fakeContext(), calls: string[] = [];
  const opening = Promise.withResolvers<ByteConnection>();
  const connection: IncomingConnection = {
    remote: { hostname: "127.0.0.1", port: 1 },
    local: { hostname: "127.0.0.1", port: 2 },
    open: () => opening.promise,
    close: () => {
      calls.push("close");
      opening.reject(new Error("closed"));
    },
  };
  let protocol: FakeProtocol | undefined;
  const choice = (name: string) => () => protocol = new FakeProtocol(name, calls);
  const handshake = new Handshake(
    connection,
    { encrypted: choice("tls"), plain: choice("plain") },
    fakes.context,
  );
  const open = async (tls: ByteConnection["tls"]) => {
    opening.resolve(Object.assign(new FakeConnection(), { tls }));
    await settle();
  };
  return { ...fakes, calls, handshake, opening, open, end: () => protocol?.ended.resolve() };
}

const SESSION = { serverName: "a.test", protocol: "h2", covers: () => true } as const;

for (const [name, tls] of [["tls", SESSION], ["plain", undefined]] as const) {
  Deno.test(`what was opened is served as ${name}`, async () => {
    const { handshake, calls, open, end } = start();
    const running = handshake.run();
    assertEquals(handshake.answering, 0);
    await open(tls);
    assertEquals([calls, handshake.answering], [[`new ${name}`, "run"], 7]);
    end();
    await running;
    assertEquals(calls, [`new ${name}`, "run"]);
  });
}

Deno.test("a handshake has timeouts.header, and is closed then", async () => {
  const { handshake, calls, clock } = start();
  const running = handshake.run();
  await clock.advance(TIMEOUTS.header - 1);
  assertEquals(calls, []);
  await clock.advance(300);
  await running;
  assertEquals(calls.slice(0, 1), ["close"]);
});

Deno.test("a handshake that breaks is closed without a word", async () => {
  const { handshake, calls, opening, errorLog } = start();
  const running = handshake.run();
  opening.reject(new Error("no common cipher"));
  await running;
  assertEquals([calls, errorLog.lines], [["close"], []]);
});

Deno.test("the end of the server shortens a handshake, and reaches what comes of it", async () => {
  const { handshake, calls, open, end } = start();
  const running = handshake.run();
  handshake.drain();
  handshake.hangUp();
  await open(SESSION);
  assertEquals(calls, ["new tls", "run", "drain", "hangUp"]);
  handshake.hangUp();
  assertEquals(calls.at(-1), "hangUp");
  end();
  await running;
});

Deno.test("a handshake that goes on while the server stops is closed soon", async () => {
  const { handshake, calls, clock } = start();
  const running = handshake.run();
  handshake.drain();
  await clock.advance(800);
  await running;
  assertEquals(calls.slice(0, 1), ["close"]);
});

Deno.test("who is told to retire during the handshake does it afterwards", async () => {
  const { handshake, calls, open, end } = start();
  const running = handshake.run();
  handshake.retire();
  await open(SESSION);
  assertEquals(calls, ["new tls", "run", "retire"]);
  end();
  await running;
});

Deno.test("abort() ends a handshake, and what has come of one", async () => {
  const early = start();
  const first = early.handshake.run();
  early.handshake.abort();
  await first;
  assertEquals(early.calls[0], "close");
  const late = start();
  const second = late.handshake.run();
  await late.open(SESSION);
  late.handshake.abort();
  await second;
  assertEquals(late.calls, ["new tls", "run", "abort"]);
});

Deno.test("who is turned away gets a short handshake, and its answer", async () => {
  const { handshake, calls, open, end, clock } = start();
  const turned = handshake.turnAway();
  await open(SESSION);
  assertEquals(calls, ["new tls", "turnAway"]);
  end();
  await turned;
  const silent = start();
  const waiting = silent.handshake.turnAway();
  await silent.clock.advance(800);
  await waiting;
  assertEquals(silent.calls.slice(0, 1), ["close"]);
  await clock.advance(1);
});

/** Tunnels by chance: whatever both ends do in whatever order, nothing is changed, and all is given back at the end. */
import { assert, assertEquals } from "@std/assert";
import { GoneError } from "../../lib/http/errors.ts";
import { Relay } from "../../lib/server/relay.ts";
import { settle } from "../support/fakes.ts";
import { FakeConnection, fakeContext, TIMEOUTS } from "./fakes.ts";

const IDLE = 5000;

/** Numbers below a bound, the same for the same seed. */
function chance(seed: number): (bound: number) => number {
  let state = seed * 2654435761 >>> 0 || 1;
  return (bound) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
}

/** What one end has sent, and whether it has ended. */
class End {
  readonly connection = new FakeConnection();
  sent = "";
  hasEnded = false;

  async send(text: string): Promise<void> {
    if (this.hasEnded || this.connection.closed) return;
    this.sent += text;
    await this.connection.push(text);
  }

  async end(): Promise<void> {
    if (this.hasEnded || this.connection.closed) return;
    this.hasEnded = true;
    await this.connection.push(null);
  }
}

const SIZES = [1, 5, 1023, 1024, 1025, 3000, 20_000, 50_000];

async function trial(seed: number): Promise<string> {
  const below = chance(seed), { context, clock } = fakeContext();
  const ends = [new End(), new End()] as const;
  const [client, peer] = ends;
  const relay = new Relay(client.connection, { peer: peer.connection, idle: IDLE }, context);
  let isOver = false, isBroken = false;
  const running = relay.run().then(() => isOver = true);
  for (let step = 0; step < 25 && !isOver; step++) {
    const end = ends[below(2)]!, { connection } = end;
    switch (below(10)) {
      case 0:
        await end.end();
        break;
      case 1:
        connection.takes = below(2) === 0 ? Infinity : 1 + below(2000);
        break;
      case 2:
        connection.stalls = !connection.stalls;
        await connection.push();
        break;
      case 3:
        await clock.advance(below(3000));
        break;
      case 4:
        if (below(4) > 0) break;
        isBroken = true;
        if (below(2) === 0) connection.breaks = true;
        else connection.close();
        await settle();
        break;
      case 5:
        if (below(6) === 0) relay.hangUp();
        break;
      default:
        await end.send(String.fromCharCode(97 + below(26)).repeat(SIZES[below(SIZES.length)]!));
    }
    assert(
      peer.sent.startsWith(client.connection.output),
      `seed ${seed}: the client gets what the peer sent`,
    );
    assert(
      client.sent.startsWith(peer.connection.output),
      `seed ${seed}: the peer gets what the client sent`,
    );
  }
  const stalled = ends.some(({ connection }) => connection.stalls);
  await clock.advance(IDLE + TIMEOUTS.send + 1000);
  await clock.advance(IDLE + TIMEOUTS.send + 1000);
  assert(isOver, `seed ${seed}: it ends`);
  await running;
  assertEquals(ends.map(({ connection }) => connection.closed), [true, true], `seed ${seed}`);
  assertEquals([clock.running, relay.sent], [0, client.connection.output.length], `seed ${seed}`);
  if (!isBroken && !stalled && ends.every(({ hasEnded }) => hasEnded)) {
    assert(
      client.connection.output === peer.sent && peer.connection.output === client.sent,
      `seed ${seed}: all`,
    );
    assertEquals(ends.map(({ connection }) => connection.ended), [true, true]);
    return "whole";
  }
  return "cut";
}

Deno.test("whatever both ends of a tunnel do, bytes are unchanged, it ends, and closes both", async () => {
  const outcomes: Record<string, number> = {};
  // Together: most of each is waiting for the consequences of a step.
  for (const outcome of await Promise.all(Array.from({ length: 100 }, (_, seed) => trial(seed + 1)))) {
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }
  assert(outcomes.whole! > 10 && outcomes.cut! > 10, JSON.stringify(outcomes));
});

Deno.test("a side that throws at once ends a tunnel like one that rejects", async () => {
  const { context, clock } = fakeContext(), peer = new FakeConnection();
  const client = Object.assign(new FakeConnection(), {
    read: () => {
      throw new GoneError();
    },
  });
  await new Relay(client, { peer, idle: IDLE }, context).run();
  assertEquals([client.closed, peer.closed, clock.running], [true, true, 0]);
});

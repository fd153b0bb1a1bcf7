/**
 * Connections to one server: how many there are, which are kept, and who gets them.
 *
 * @module
 */
import { assertEquals, assertRejects } from "@std/assert";
import { HttpError } from "../../lib/http/errors.ts";
import { fakeBody } from "../cgi/fakes.ts";
import { settle } from "../support/fakes.ts";
import { concat, record, STDOUT } from "./fastcgi_server.ts";
import { type FakeConnection, read, startGateway } from "./fakes.ts";

const DOCUMENT = "Content-Type: text/plain\n\n";

/** Asks, and has the server answer. */
async function exchange({ server, ask }: ReturnType<typeof startGateway>, request = {}): Promise<void> {
  const { outcome } = await ask(request);
  const busy = server.connections.filter(({ isClosed }) => !isClosed).at(-1)!;
  await busy.answer(`${DOCUMENT}ok`);
  assertEquals(await read(outcome), "200 ok");
}

Deno.test("a connection is kept for the next request for 200 ms, and for a second in all", async () => {
  const started = startGateway(), { server, clock, gateway } = started;
  for (let i = 0; i < 3; i++) await exchange(started);
  assertEquals([server.connections.length, server.last.requests.map(({ id }) => id)], [1, [1, 2, 3]]);
  await clock.advance(300);
  assertEquals([server.open, clock.running], [0, 0], "nothing is left");
  for (let i = 0; i < 12; i++) {
    await exchange(started);
    await clock.advance(100);
  }
  assertEquals(server.connections.length, 3, "a new one after a second");
  gateway.stop();
  assertEquals([server.open, clock.running], [0, 0]);
});

Deno.test("there are never more connections than processes, who waits for one gets it in order", async () => {
  for (const processes of [1, 3]) {
    for (const spawned of [true, false]) {
      const started = startGateway(
        spawned ? { server: { spawn: ["php-cgi"], processes } } : { limits: { timeout: 10_000, processes } },
      );
      const { server, ask, gateway } = started, { serve } = withProcesses(started, processes);
      const answered: number[] = [];
      const outcomes = [];
      for (let i = 0; i < 8; i++) {
        const { outcome } = await ask({ path: `/${i}` });
        outcomes.push(outcome.then(() => answered.push(i)));
      }
      assertEquals(server.open, processes);
      for (let i = 0; i < 8; i++) await serve();
      await Promise.all(outcomes);
      assertEquals(answered, [0, 1, 2, 3, 4, 5, 6, 7]);
      assertEquals(server.connections.length, processes, "all of them were kept");
      gateway.stop();
    }
  }
});

Deno.test("a request that waits for a connection for too long is 503, and so is one too many", async () => {
  const { server, ask, clock, gateway } = startGateway({ limits: { timeout: 10_000, processes: 1 } });
  const first = await ask();
  await server.last.say(record(STDOUT, `${DOCUMENT}long`));
  const waiting = await ask();
  let served = 0;
  for (let left = 10_000; left > 0; left -= 5000) {
    await clock.advance(5000);
    // The first one goes on and on.
    await server.last.say(record(STDOUT, "."));
    served++;
  }
  assertEquals(served, 2);
  const { status, fields, message } = await assertRejects(() => waiting.outcome, HttpError);
  assertEquals([status, fields.get("retry-after")], [503, "1"]);
  assertEquals(message, "no connection to unix:/run/php.sock got free within timeouts.cgi");
  const many = await Promise.all(Array.from({ length: 512 }, () => ask()));
  assertEquals((await assertRejects(async () => await (await ask()).outcome, HttpError)).status, 503);
  assertEquals(many.length, 512);
  gateway.stop();
  await Promise.allSettled([first.outcome, ...many.map(({ outcome }) => outcome)]);
});

Deno.test("what may not be repeated gets a new connection, in the place of one that is kept", async () => {
  const started = startGateway(), { server, gateway } = started;
  await exchange(started);
  await exchange(started, { method: "POST" });
  assertEquals(server.connections.map(({ isClosed }) => isClosed), [true, false]);
  await exchange(started, { method: "PUT" });
  assertEquals(server.connections.length, 2, "one that has none of a body left may be used by others");
  await exchange(started, { method: "PUT", body: fakeBody(["x"], 1) });
  assertEquals(server.connections.map(({ isClosed }) => isClosed), [true, true, true]);
  gateway.stop();
});

Deno.test("a request on a kept connection that was just closed is repeated once, on a new one", async () => {
  const broken: readonly ((connection: FakeConnection) => void)[] = [
    (connection) => void connection.say(null),
    (connection) => void connection.say(new Error("reset")),
    (connection) => connection.isBroken = true,
  ];
  for (const breaks of broken) {
    const started = startGateway(), { server, ask, gateway } = started;
    await exchange(started);
    // At the very moment: nobody has read that it is closed.
    server.onRequest = (connection) => connection === server.connections[0] && breaks(connection);
    if (breaks === broken[2]) server.last.isBroken = true;
    const { outcome } = await ask({ path: "/again" });
    if (breaks === broken[2]) await server.connections[0]!.say(null);
    assertEquals([server.connections.length, server.connections[0]!.isClosed], [2, true]);
    assertEquals(server.last.request.params.REQUEST_URI, "/again");
    await server.last.answer(`${DOCUMENT}ok`);
    assertEquals(await read(outcome), "200 ok");
    gateway.stop();
  }
});

Deno.test("nothing is repeated of which something came back, or on a new connection, or for a client that has left", async () => {
  const started = startGateway(), { server, ask, gateway } = started;
  await exchange(started);
  server.onRequest = (connection, { id }) => void connection.say(record(STDOUT, "A: b\n", { id }), null);
  assertEquals((await assertRejects(async () => await (await ask()).outcome, HttpError)).status, 502);
  assertEquals(server.connections.length, 1);
  server.onRequest = (connection) => void connection.say(null);
  assertEquals((await assertRejects(async () => await (await ask()).outcome, HttpError)).status, 502);
  assertEquals(server.connections.length, 2);
  gateway.stop();
});

Deno.test("a connection on which something comes that nobody asked for is closed, and none of it reaches a client", async () => {
  const junk = record(STDOUT, `${DOCUMENT}junk`);
  const started = startGateway(), { server, ask, gateway } = started;
  await exchange(started);
  await server.last.say(junk);
  assertEquals(server.last.isClosed, true, "while it is kept");
  const { outcome } = await ask();
  await server.last.say(concat(record(STDOUT, `${DOCUMENT}ok`), record(3, new Uint8Array(8)), junk));
  assertEquals(await read(outcome), "200 ok");
  assertEquals(server.last.isClosed, true, "behind an answer");
  await exchange(started);
  // With the next request on its way: it answers an earlier one, which is none of this client's.
  server.onRequest = (connection) => void connection.say(record(STDOUT, `${DOCUMENT}junk`, { id: 1 }));
  assertEquals((await assertRejects(async () => await (await ask()).outcome, HttpError)).status, 502);
  assertEquals(server.open, 0);
  gateway.stop();
});

Deno.test("an answer that comes before the request is out does not have the next one follow it", async () => {
  const started = startGateway(), { server, ask, gateway } = started;
  const first = await ask();
  await server.last.answer(`${DOCUMENT}ok`);
  assertEquals(await read(first.outcome), "200 ok");
  server.last.takes = false;
  const early = await ask();
  await server.last.say(
    concat(record(STDOUT, `${DOCUMENT}early`, { id: 2 }), record(3, new Uint8Array(8), { id: 2 })),
  );
  assertEquals(await read(early.outcome), "200 early");
  assertEquals(server.last.isClosed, true);
  gateway.stop();
});

/** A server with so many processes: each has a connection to itself, and what it is asked is answered at once. */
function withProcesses(started: ReturnType<typeof startGateway>, processes: number) {
  const { server } = started;
  const accepted = new Set<FakeConnection>();
  const answered = new Map<FakeConnection, number>();
  const serve = async () => {
    for (const connection of accepted) if (connection.isClosed) accepted.delete(connection);
    for (const connection of server.connections) {
      if (!connection.isClosed && accepted.size < processes) accepted.add(connection);
    }
    for (const connection of accepted) {
      const { length } = connection.requests;
      if ((answered.get(connection) ?? 0) === length) continue;
      answered.set(connection, length);
      await connection.answer(`${DOCUMENT}ok`);
    }
  };
  return { serve, accepted };
}

Deno.test("with more connections than the server has processes none waits while others go on", async () => {
  const started = startGateway({ limits: { timeout: 10_000, processes: 16 } });
  const { server, ask, gateway, clock } = started;
  const { serve } = withProcesses(started, 2);
  /** Turns in which each of six clients, one request behind the other, has waited at most. */
  let longest = 0, turns = 0;
  const client = async () => {
    for (let i = 0; i < 10; i++) {
      const begun = turns;
      assertEquals(await read((await ask()).outcome), "200 ok");
      longest = Math.max(longest, turns - begun);
    }
  };
  let running = 6;
  const clients = Array.from({ length: running }, () => client().finally(() => running--));
  while (running > 0) {
    turns++;
    await serve();
    await settle();
    await clock.advance(2);
  }
  await Promise.all(clients);
  assertEquals(longest < 20, true, `somebody waited for ${longest} turns`);
  assertEquals(
    server.connections.length < 60,
    true,
    `${server.connections.length} connections for 60 requests`,
  );
  gateway.stop();
});

Deno.test("programs that take their time are not taken for connections that wait", async () => {
  const started = startGateway({ limits: { timeout: 100_000, processes: 16 } });
  const { server, ask, gateway, clock } = started;
  const slow = [];
  for (let i = 0; i < 4; i++) slow.push((await ask()).outcome);
  for (let i = 0; i < 6; i++) {
    const several = [await ask(), await ask(), await ask()];
    const busy = server.connections.filter(({ isClosed }) => !isClosed).slice(-3);
    for (const connection of busy) await connection.answer(`${DOCUMENT}ok`);
    for (const { outcome } of several) assertEquals(await read(outcome), "200 ok");
    await clock.advance(1);
  }
  assertEquals(server.connections.length, 7, "those that were accepted later show that the others were");
  // This one may be waiting, for all that is known: it costs one connection, once.
  for (let i = 0; i < 4; i++) slow.push((await ask()).outcome);
  assertEquals(server.connections.length, 8);
  for (const connection of server.connections.slice(4, 7)) await connection.answer(`${DOCUMENT}ok`);
  server.onRequest = (connection) => void connection.answer(`${DOCUMENT}ok`);
  for (let i = 0; i < 6; i++) {
    assertEquals(await read((await ask()).outcome), "200 ok");
    await clock.advance(1);
  }
  assertEquals(server.connections.length < 10, true, String(server.connections.length));
  gateway.stop();
  await Promise.allSettled(slow);
});

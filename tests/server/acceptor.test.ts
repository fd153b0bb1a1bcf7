import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { FieldBlock } from "../../lib/http/fields.ts";
import type { Handler } from "../../lib/http/message.ts";
import { AcceptError } from "../../lib/ports.ts";
import { Acceptor } from "../../lib/server/acceptor.ts";
import type { ServerContext } from "../../lib/server/context.ts";
import { Http1Session } from "../../lib/server/http1/session.ts";
import type { ProtocolFactory } from "../../lib/server/protocol.ts";
import { settle } from "../support/fakes.ts";
import { waitUntil } from "../support/wait.ts";
import { FakeConnection, fakeContext, FakeListener, FakePeer } from "./fakes.ts";

const GET = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
const fine: Handler = () => ({
  status: 200,
  fields: FieldBlock.EMPTY,
  body: new TextEncoder().encode("fine"),
});

const http1 = (handler: Handler, context: ServerContext): ProtocolFactory => (connection) =>
  new Http1Session(connection, handler, context);

function start(coming: (FakeConnection | Error)[], handler = fine) {
  const fakes = fakeContext(), listener = new FakeListener(coming);
  const acceptor = new Acceptor(listener, http1(handler, fakes.context), fakes.context, {
    open: 0,
    turnedAway: 0,
  });
  return { ...fakes, listener, acceptor, running: acceptor.run() };
}

Deno.test("a connection that broke before it was accepted is passed over at once", async () => {
  const connection = new FakeConnection();
  const { acceptor, running, errorLog } = start([new AcceptError(false), new AcceptError(false), connection]);
  await connection.push(GET);
  assertStringIncludes(connection.output, "200 OK");
  assertEquals(errorLog.lines, []);
  acceptor.abort();
  await running;
});

Deno.test("after a want of descriptors it waits a little, says so, and goes on", async () => {
  const connection = new FakeConnection();
  const { acceptor, running, errorLog, clock, listener } = start([new AcceptError(true), connection]);
  await connection.push(GET);
  // No busy loop meanwhile: one attempt so far.
  assertEquals([connection.output, listener.accepted], ["", 1]);
  await clock.advance(100);
  assertStringIncludes(connection.output, "200 OK");
  assertEquals(errorLog.lines.length, 1);
  acceptor.abort();
  await running;
});

Deno.test("any other failure of the listener is not swallowed", async () => {
  const { running } = start([new TypeError("a bug")]);
  await assertRejects(() => running, TypeError);
});

Deno.test("connections over the limit get 503 with Retry-After; when one leaves there is room again", async () => {
  const [first, second, third, fourth] = Array.from({ length: 4 }, () => new FakeConnection());
  const coming = [first!, second!, third!];
  const { acceptor, running, listener } = start(coming);
  await settle();
  assertEquals(acceptor.connections, 2);
  assertStringIncludes(third!.output, "HTTP/1.1 503 ");
  assertStringIncludes(third!.output, "\r\nRetry-After: 1\r\n");
  assertStringIncludes(third!.output, "\r\nConnection: close\r\n");
  await third!.push(null);
  assertEquals(third!.closed, true);
  await first!.push(null);
  assertEquals([first!.closed, acceptor.connections], [true, 1]);
  acceptor.abort();
  await running;
  // The listener is closed for good, so the next one comes through another acceptor of the same count.
  const again = new Acceptor(
    new FakeListener([fourth!]),
    acceptor.protocolOf,
    acceptor.context,
    acceptor.count,
  );
  const runningAgain = again.run();
  await fourth!.push(GET);
  assertStringIncludes(fourth!.output, "200 OK");
  again.abort();
  await runningAgain;
  assert(listener.closed);
});

Deno.test("only so many wait for their 503 at one time; further ones are closed without a word", async () => {
  const connections = Array.from({ length: 200 }, () => new FakeConnection());
  for (const connection of connections) connection.stalls = true;
  const { acceptor, running } = start([...connections]);
  await settle();
  assertEquals(acceptor.connections, 2);
  assertEquals(acceptor.count.turnedAway, 100);
  assertEquals(connections.filter(({ closed }) => closed).length, 98);
  for (const connection of connections) connection.close();
  await settle();
  assertEquals([acceptor.count.turnedAway, acceptor.connections], [0, 0]);
  acceptor.abort();
  await running;
});

Deno.test("drain() closes idle connections and waits for running exchanges", async () => {
  const idle = new FakeConnection(), busy = new FakeConnection();
  const { promise, resolve } = Promise.withResolvers<void>();
  const slow: Handler = async (request) => {
    await promise;
    return fine(request);
  };
  const { acceptor, running, listener, clock } = start([idle, busy], slow);
  await busy.push(GET);
  let drained = false;
  const draining = acceptor.drain().then(() => drained = true);
  await settle();
  // A request may be under way on it.
  assertEquals([listener.closed, idle.closed], [true, false]);
  await clock.advance(200);
  assertEquals([idle.closed, busy.closed, drained], [true, false, false]);
  resolve();
  await settle();
  assertStringIncludes(busy.output, "\r\nConnection: close\r\n");
  assertStringIncludes(busy.output, "fine");
  assertEquals([busy.closed, drained], [true, true]);
  await draining;
  await running;
});

Deno.test("drain() waits for tunnels, and hangUp() ends them", async () => {
  const client = new FakeConnection(), peers: FakePeer[] = [];
  const { acceptor, running, clock } = start([client], () => {
    const peer = new FakePeer();
    peers.push(peer);
    return {
      status: 101,
      fields: FieldBlock.of(["Upgrade", "x"]),
      body: undefined,
      tunnel: { peer, idle: 60_000 },
    };
  });
  const UPGRADE = "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n";
  await client.push(UPGRADE);
  await waitUntil(() => client.output !== "", "the first tunnel");
  const draining = acceptor.drain();
  await clock.advance(30_000);
  assertEquals([acceptor.connections, acceptor.answering, client.closed], [1, 0, false]);
  acceptor.hangUp();
  await clock.advance(600);
  await Promise.all([draining, running]);
  assertEquals([client.closed, peers[0]!.closed], [true, true]);
});

Deno.test("drain() without connections resolves at once", async () => {
  const { acceptor, running } = start([]);
  await acceptor.drain();
  await running;
});

Deno.test("abort() closes connections in whatever they are", async () => {
  const idle = new FakeConnection(), busy = new FakeConnection();
  const { acceptor, running, clock } = start([idle, busy], () => new Promise(() => {}));
  await busy.push(GET);
  acceptor.abort();
  assertEquals([idle.closed, busy.closed], [true, true]);
  await running;
  assertEquals(clock.running, 0);
});

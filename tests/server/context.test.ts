import { assertEquals } from "@std/assert";
import { FieldBlock } from "../../lib/http/fields.ts";
import type { Handler } from "../../lib/http/message.ts";
import { Http1Session } from "../../lib/server/http1/session.ts";
import { toBytes } from "../support/wire.ts";
import { FakeConnection, fakeContext, LIMITS, TIMEOUTS } from "./fakes.ts";

const GET = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
const answering = (text: string): Handler => () => ({
  status: 200,
  fields: FieldBlock.EMPTY,
  body: toBytes(text),
});
const handlers = (text: string) => new Map([["a", answering(text)], ["b", answering("other")]]);

Deno.test("other settings hold from the next request on, also on a connection that is kept", async () => {
  const { context, clock } = fakeContext(), connection = new FakeConnection();
  context.settings = { ...context.settings, handlers: handlers("before") };
  const running = new Http1Session(connection, context.handlerFor("a"), context).run();
  await connection.push(GET);
  context.settings = {
    ...context.settings,
    timeouts: { ...TIMEOUTS, keepAlive: 200 },
    handlers: handlers("after"),
  };
  await connection.push(GET);
  assertEquals(connection.output.match(/before|after|other/g), ["before", "after"]);
  await clock.advance(400);
  await running;
  assertEquals(connection.closed, true);
});

Deno.test("the limits of the wire are those of when the connection was accepted", async () => {
  const { context } = fakeContext(), early = new FakeConnection(), late = new FakeConnection();
  context.settings = { ...context.settings, handlers: handlers("fine") };
  const first = new Http1Session(early, context.handlerFor("a"), context);
  context.settings = { ...context.settings, limits: { ...LIMITS, requestLine: 10 } };
  const second = new Http1Session(late, context.handlerFor("a"), context);
  const running = [first.run(), second.run()];
  for (const connection of [early, late]) await connection.push(GET);
  assertEquals([early, late].map(({ output }) => output.slice(9, 12)), ["200", "414"]);
  first.abort();
  second.abort();
  await Promise.all(running);
});

Deno.test("a large body has a large buffer, but only so many at one time", () => {
  const { context } = fakeContext();
  const small = context.bodyBuffers(1000), large = context.bodyBuffers(10_000_000);
  assertEquals([small.size < large.size, context.bodyBuffers(undefined)], [true, small]);
  const taken = Array.from({ length: 16 }, () => context.bodyBuffers(10_000_000).take());
  assertEquals(context.bodyBuffers(10_000_000), small);
  taken.forEach((buffer) => large.give(buffer));
  assertEquals(context.bodyBuffers(10_000_000), large);
});

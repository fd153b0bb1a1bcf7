import { assertEquals, assertMatch } from "@std/assert";
import type { BodySource } from "../../lib/http/message.ts";
import { LiveEvents } from "../../lib/live/events.ts";
import { greeting } from "../../lib/live/messages.ts";
import { ThreadLiveFeed } from "../../lib/supervisor/live_feed.ts";
import { FakeClock } from "../support/fakes.ts";

const change = (...paths: string[]) => ({ type: "change", paths, time: 1000 } as const);

function events() {
  const clock = new FakeClock();
  const feed = new ThreadLiveFeed({
    epoch: "e",
    began: clock.now(),
    last: 0,
    recent: [],
    failure: undefined,
  });
  return { clock, feed, live: new LiveEvents(feed, clock) };
}

async function next(stream: BodySource, room = 4096): Promise<string | null> {
  const buffer = new Uint8Array(room), count = await stream.read(buffer);
  return count === null ? null : new TextDecoder().decode(buffer.subarray(0, count));
}

Deno.test("a stream greets, tells each event, and ends", async () => {
  const { feed, live } = events();
  const stream = live.open({})!;
  assertMatch(
    (await next(stream))!,
    /^retry: \d+\n\nevent: hello\nid: e-0\ndata: \{"epoch":"e","age":0\}\n\n$/,
  );
  const waiting = next(stream);
  feed.tell(change("a.css", "b/ü.html"));
  assertMatch(
    (await waiting)!,
    /^event: change\nid: e-1\ndata: \{"paths":\["a.css","b\/ü.html"\],"age":\d+\}\n\n$/,
  );
  feed.tell({ type: "failure", command: "make", output: "line\nline" });
  feed.tell({ type: "mended" });
  assertEquals(
    await next(stream),
    'event: failure\nid: e-2\ndata: {"type":"failure","command":"make","output":"line\\nline"}\n\n' +
      'event: mended\nid: e-3\ndata: {"type":"mended"}\n\n',
  );
  const end = next(stream);
  live.end();
  assertEquals(await end, null);
  stream.close();
  stream.close();
});

Deno.test("a small buffer gets an event in pieces", async () => {
  const { live } = events(), stream = live.open({})!;
  let text = "";
  for (let i = 0; i < 200 && !text.endsWith("}\n\n"); i++) text += await next(stream, 3);
  assertMatch(text, /^retry: .*event: hello.*\}\n\n$/s);
  stream.close();
});

Deno.test("a page that was away is told what it has missed, once, and of a failure that lasts", () => {
  const { feed } = events();
  const told = (last?: string, age?: number) =>
    [...greeting(feed, { last, age }, 9000).matchAll(/^id: (\S+)\ndata: (.*)$/gm)].slice(1)
      .map(([, id, data]) => `${id} ${data}`);
  feed.tell(change("a"));
  feed.tell(change("b"));
  assertEquals(told(), []);
  assertEquals(told("e-2"), []);
  assertEquals(told("e-1"), ['e-2 {"paths":["b"],"age":8000}']);
  assertEquals(told("e-0"), ['e-1 {"paths":["a"],"age":8000}', 'e-2 {"paths":["b"],"age":8000}']);
  // Of another server, or nobody's.
  for (const last of ["other-1", "e-", "e-x", "", "e-99999999999999999999"]) {
    assertEquals(told(last), [], last);
  }
  // One that has heard nothing has been asked for before the change, or after it.
  assertEquals(told(undefined, 500), []);
  assertEquals(told(undefined, 8500).length, 2);
  feed.tell({ type: "failure", command: "make", output: "" });
  const failure = 'e-3 {"type":"failure","command":"make","output":""}';
  assertEquals(told("e-3"), [failure]);
  assertEquals(told(), [failure]);
  for (let i = 0; i < 100; i++) feed.tell(change(`${i}`));
  // What is not remembered may have been anything.
  assertEquals(told("e-1"), ['e-103 {"paths":[],"age":0}', failure.replace("e-3", "e-103")]);
  feed.tell({ type: "mended" });
  assertEquals(told("e-104"), []);
});

Deno.test("a stream that is quiet shows that it lives, and no timer is left where nobody listens", async () => {
  const { clock, live } = events(), stream = live.open({})!;
  await next(stream);
  const waiting = next(stream);
  clock.advance(15_000);
  assertEquals(await waiting, ":\n\n");
  // What nobody reads is not beaten at over and over.
  clock.advance(150_000);
  assertEquals(await next(stream), ":\n\n");
  stream.close();
  const other = live.open({})!;
  other.close();
});

Deno.test("there are so many streams at one time, and room again where one ends", () => {
  const { live } = events(), streams: BodySource[] = [];
  for (let stream = live.open({}); stream !== undefined; stream = live.open({})) streams.push(stream);
  assertEquals(streams.length, 256);
  streams.pop()!.close();
  streams.push(live.open({})!);
  assertEquals(live.open({}), undefined);
  for (const stream of streams) stream.close();
});

Deno.test("who does not read is cut off, and who leaves is let go", async () => {
  const { feed, live } = events(), stream = live.open({})!;
  const leave: (() => void)[] = [];
  let taken = 0;
  const leaving = live.open({}, (callback) => {
    leave.push(callback);
    return () => taken++;
  })!;
  await next(leaving);
  const waiting = next(leaving);
  leave[0]!();
  assertEquals(await waiting, null);
  leaving.close();
  assertEquals(taken, 1);
  for (let i = 0; i < 100; i++) feed.tell(change("x".repeat(4000)));
  let bytes = 0;
  for (let piece = await next(stream, 65536); piece !== null; piece = await next(stream, 65536)) {
    bytes += piece.length;
  }
  assertEquals(bytes > 200_000 && bytes <= 256 * 1024, true, `${bytes}`);
  stream.close();
});

Deno.test("one that has stopped hears nothing more, and whoever comes is sent away with a greeting", async () => {
  const { feed, live } = events();
  live.stop();
  feed.tell(change("a"));
  const stream = live.open({})!;
  assertMatch((await next(stream))!, /hello/);
  assertEquals(await next(stream), null);
  stream.close();
});

import { assert, assertEquals, assertRejects } from "@std/assert";
import { HttpError } from "../../lib/http/errors.ts";
import type { BodySource } from "../../lib/http/message.ts";
import { Events, type Listening, MOST_LISTENERS } from "../../lib/inspector/events.ts";
import { parseFilters } from "../../lib/inspector/filters.ts";
import type { Records } from "../../lib/inspector/records.ts";
import { FakeClock, FakeLog, settle } from "../support/fakes.ts";
import { FakeRecords } from "../support/inspector.ts";
import { inTime } from "../support/wait.ts";

function listening(query: string, since?: number): Listening {
  const params = new URLSearchParams(query);
  return {
    filters: { ...parseFilters((name) => params.get(name)), since },
    secrets: params.get("secrets") === "1",
  };
}

/** Reads what is there now: texts of events. */
async function read(source: BodySource): Promise<string> {
  const buffer = new Uint8Array(1_000_000);
  const count = await inTime(source.read(buffer), "an event came");
  return count === null ? "end" : new TextDecoder().decode(buffer.subarray(0, count));
}

const ids = (text: string) => [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));

function setUp(records: Records = new FakeRecords()) {
  const clock = new FakeClock(), log = new FakeLog();
  return { clock, log, events: new Events(records, clock, log) };
}

Deno.test("what comes is told within a quarter of a second, once, to everybody who wants it; nobody looks where nobody listens", async () => {
  const records = new FakeRecords(), { clock, events } = setUp(records);
  records.add();
  await clock.advance(10_000);
  assertEquals(records.looks, 0);
  const all = await events.listen(listening("")), errors = await events.listen(listening("status=5xx"));
  assertEquals(await read(all), "retry: 1000\n\n");
  assertEquals(await read(errors), "retry: 1000\n\n");
  records.add();
  records.add({ status: 500, url: "http://localhost/?token=S3CRET" });
  await clock.advance(250);
  const text = await read(all);
  assertEquals(ids(text), [2, 3]);
  assert(
    text.includes('\ndata: {"id":2,') && text.includes("token=***") && text.endsWith("}\n\n"),
  );
  assertEquals(ids(await read(errors)), [3]);
  const before = records.looks;
  for (let i = 0; i < 4; i++) await clock.advance(250);
  assertEquals(records.looks, before + 4, "one look for both");
  all.close();
  all.close();
  errors.close();
  assertEquals([events.listeners, clock.running], [0, 0]);
  await clock.advance(10_000);
  assertEquals(records.looks, before + 4);
});

Deno.test("who comes while a look for others is under way, who have left, misses nothing", async () => {
  const records = new FakeRecords(), held = Promise.withResolvers<void>();
  let isHeld = false;
  const { clock, events } = setUp({
    record: (id) => records.record(id),
    records: (since) => records.records(since),
    async summaries(since) {
      if (isHeld) await held.promise;
      return await records.summaries(since);
    },
  });
  for (let i = 0; i < 5; i++) records.add();
  const first = await events.listen(listening(""));
  isHeld = true;
  await clock.advance(250);
  first.close();
  // As a page that is loaded again.
  const second = events.listen(listening("", 3));
  held.resolve();
  const source = await second;
  await read(source);
  assertEquals(ids(await read(source)), [4, 5]);
  source.close();
});

Deno.test("who says what it has seen last misses nothing, and gets nothing twice; one from another life gets what comes", async () => {
  const records = new FakeRecords(), { clock, events } = setUp(records);
  for (let i = 0; i < 5; i++) records.add();
  const cases: [since: number | undefined, told: number[]][] = [[3, [4, 5]], [0, [1, 2, 3, 4, 5]], [5, []], [
    99,
    [],
  ], [undefined, []]];
  for (const [since, told] of cases) {
    const source = await events.listen(listening("", since));
    const first = await read(source);
    if (told.length > 0) assertEquals(ids(await read(source)), told, `${since}`);
    assertEquals(first, "retry: 1000\n\n");
    const { id } = records.add();
    await clock.advance(250);
    assertEquals(ids(await read(source)), [id]);
    records.all.pop();
    source.close();
  }
});

Deno.test("secrets are told to who asks for them", async () => {
  const records = new FakeRecords(), { clock, events } = setUp(records);
  const source = await events.listen(listening("secrets=1"));
  await read(source);
  records.add({ url: "http://localhost/?token=S3CRET" });
  await clock.advance(250);
  assert((await read(source)).includes("token=S3CRET"));
  source.close();
});

Deno.test("a stream that has nothing to say shows that it lives; who reads nothing holds a bounded number, and hears of the rest", async () => {
  const records = new FakeRecords(), { clock, events } = setUp(records);
  const source = await events.listen(listening(""));
  await read(source);
  await clock.advance(15_000);
  assertEquals(await read(source), ":\n\n");
  for (let i = 0; i < 1200; i++) {
    records.add();
    if (i % 100 === 99) await clock.advance(250);
  }
  const text = await read(source);
  assert(text.startsWith("event: missed\ndata: 700\n\n"), text.slice(0, 100));
  assertEquals([ids(text).length, ids(text).at(-1)], [500, 1200]);
  source.close();
});

Deno.test("listeners are bounded, and all of them end with the inspector", async () => {
  const { events, clock } = setUp();
  const sources = await Promise.all(
    Array.from({ length: MOST_LISTENERS }, () => events.listen(listening(""))),
  );
  const error = await assertRejects(() => events.listen(listening("")), HttpError);
  assertEquals(error.status, 503);
  for (const source of sources) await read(source);
  const ends = sources.map(read);
  events.close();
  assertEquals(new Set(await Promise.all(ends)), new Set(["end"]));
  assertEquals([events.listeners, clock.running], [0, 0]);
  await assertRejects(() => events.listen(listening("")), HttpError);
});

Deno.test("records that cannot be asked for end the streams, with a line in the log", async () => {
  let isBroken = false;
  const records = new FakeRecords();
  const { clock, events, log } = setUp({
    summaries: (since) => isBroken ? Promise.reject(new Error("broken")) : records.summaries(since),
    record: () => Promise.resolve(undefined),
    records: () => Promise.resolve([]),
  });
  const source = await events.listen(listening(""));
  await read(source);
  isBroken = true;
  const end = read(source);
  await clock.advance(250);
  assertEquals(await end, "end");
  assertEquals(log.lines.length, 1);
  await assertRejects(() => events.listen(listening("")), Error, "broken");
  await settle();
  assertEquals([events.listeners, clock.running], [0, 0]);
});

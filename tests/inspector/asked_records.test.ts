import { assertEquals } from "@std/assert";
import { AskedRecords } from "../../lib/inspector/asked_records.ts";
import { isRecord, isSummary } from "../../lib/inspector/shapes.ts";
import type { RecordsFound, RecordsWanted } from "../../lib/inspector/wanted.ts";
import { FakeRecords, recordOf } from "../support/inspector.ts";

const encoder = new TextEncoder();
const found = (upTo: number, value: unknown): RecordsFound => ({
  upTo,
  bytes: encoder.encode(typeof value === "string" ? value : JSON.stringify(value)),
});

async function summaryOf(id: number) {
  const fake = new FakeRecords();
  fake.all = [recordOf({ id })];
  return (await fake.summaries(0)).records[0]!;
}

Deno.test("what several threads say is one list by rising ids, complete up to what the slowest has seen", async () => {
  const wanted: RecordsWanted[] = [];
  const records = new AskedRecords((one) => {
    wanted.push(one);
    return Promise.resolve(threads);
  });
  let threads = [
    found(9, [await summaryOf(2), await summaryOf(9)]),
    found(7, [await summaryOf(1), await summaryOf(2)]),
  ];
  const { records: list, upTo } = await records.summaries(0);
  assertEquals([list.map(({ id }) => id), upTo], [[1, 2, 9], 7]);
  threads = [];
  assertEquals(await records.summaries(5), { records: [], upTo: 5 });
  threads = [found(3, []), found(3, [recordOf({ id: 3 })])];
  assertEquals((await records.record(3, true))?.id, 3);
  assertEquals((await records.records(0)).map(({ id }) => id), [3]);
  assertEquals(await records.record(4), undefined);
  assertEquals(wanted.map(({ what, since, id, asSent }) => [what, since, id, asSent]), [
    ["summaries", 0, undefined, undefined],
    ["summaries", 5, undefined, undefined],
    ["records", 2, 3, true],
    ["records", 0, undefined, undefined],
    ["records", 3, 4, false],
  ]);
});

Deno.test("a thread that lies is not believed, and takes nothing from the others", async () => {
  const good = recordOf({ id: 5 });
  const lies = [
    "",
    "null",
    "{",
    "[",
    '{"length": 1e9}',
    "[1, null, [], {}]",
    "\xff",
    JSON.stringify([{ ...good, id: 6, extra: "unmasked secret" }]),
    `[{"__proto__": {"id": 6}}]`,
    JSON.stringify([{ ...good, id: 6, request: { ...good.request, headers: [{ name: "a", value: 1 }] } }]),
  ];
  for (const lie of lies) {
    const records = new AskedRecords(() =>
      Promise.resolve([found(NaN, lie), found(-1, lie), found(5, [good])])
    );
    assertEquals((await records.records(0)).map(({ id }) => id), [5], lie.slice(0, 60));
    assertEquals((await records.summaries(0)).upTo, 5);
  }
  const many = Array.from({ length: 2000 }, (_, index) => recordOf({ id: index + 1 }));
  const records = new AskedRecords(() => Promise.resolve([found(2000, many)]));
  const kept = await records.records(0);
  assertEquals([kept.length, kept[0]!.id], [500, 1501]);
});

Deno.test("each part of a record has to be what it is to be", async () => {
  const good = recordOf({ id: 1 });
  assertEquals([isRecord(good), isSummary(good), isSummary(await summaryOf(1))], [true, false, true]);
  const wrong: Record<string, unknown>[] = [
    { id: 0 },
    { id: 1.5 },
    { id: "1" },
    { time: "yesterday" },
    { method: null },
    { url: 5 },
    { status: 1000 },
    { status: -1 },
    { duration_ms: -1 },
    { duration_ms: null },
    { line: "7" },
    { protocol: "HTTP/3" },
    { user: 1 },
    { phases: null },
    { phases: { wait: 1 } },
    { phases: { wait: 1, send: 1, more: 1 } },
    { answered_by: { kind: "nobody" } },
    { answered_by: { kind: "file", path: 1 } },
    { redirects: [1] },
    { stderr: "a" },
    { weather: null },
    { request: {} },
    { request: { ...good.request, encoding: "gzip" } },
    { request: { ...good.request, truncated: "no" } },
    { response: { ...good.response, reason: undefined } },
  ];
  for (const change of wrong) assertEquals(isRecord({ ...good, ...change }), false, JSON.stringify(change));
  const right: Record<string, unknown>[] = [{ line: null }, { user: "ann" }, { answered_by: null }, {
    status: 0,
  }];
  for (const change of right) assertEquals(isRecord({ ...good, ...change }), true, JSON.stringify(change));
});

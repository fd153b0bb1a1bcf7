import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { counterMemory, Counters, endGauges, MOST_PLACES } from "../../lib/inspector/counters.ts";
import { exposition } from "../../lib/inspector/exposition.ts";
import { BUCKETS, type Place } from "../../lib/inspector/metrics.ts";
import { sumsOf } from "../../lib/inspector/sums.ts";

const PLACES: readonly Place[] = [
  { server: "", location: "" },
  { server: "localhost", location: "/" },
  { server: "localhost", location: "/api/" },
];

/** What Prometheus' own tool has to say, besides its opinions on names; empty if it is content. */
async function promtool(text: string): Promise<string> {
  const child = new Deno.Command("promtool", {
    args: ["check", "metrics"],
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  const { stderr } = await child.output();
  return new TextDecoder().decode(stderr);
}

Deno.test("what several threads count is added, by place and class of status", () => {
  const threads = [counterMemory(), counterMemory()];
  const [one, other] = threads.map((memory) => new Counters(memory));
  one!.answered(1, 200, 100, 0.4);
  one!.answered(1, 206, 50, 30);
  other!.answered(1, 204, 0, 99_000);
  other!.answered(2, 502, 7, 1000);
  one!.answered(0, 400, 3, 0);
  one!.open = 2;
  one!.open = 3;
  one!.open = 2;
  other!.open = 1;
  other!.programs = 4;
  const { series, ...rest } = sumsOf({ places: PLACES, threads });
  assertEquals(
    series.map((
      { server, location, class: name, requests, bytes },
    ) => [server, location, name, requests, bytes]),
    [["", "", "4xx", 1, 3], ["localhost", "/", "2xx", 3, 150], ["localhost", "/api/", "5xx", 1, 7]],
  );
  const durations = series[1]!;
  assertEquals(durations.buckets, BUCKETS.map((seconds) => seconds < 0.05 ? 1 : 2), "the third took 99 s");
  assert(Math.abs(durations.seconds - 99.0304) < 1e-9);
  assertEquals(rest, { connections: 3, accepted: 3, programs: 4, workers: 2 });
});

Deno.test("every status has a class, and a duration on a bound is within it", () => {
  const memory = counterMemory(), counters = new Counters(memory);
  for (const status of [0, 100, 101, 199, 200, 299, 300, 404, 499, 500, 599, 600, 999]) {
    counters.answered(0, status, 0, 0);
  }
  for (const seconds of BUCKETS) counters.answered(1, 200, 0, seconds * 1000);
  const { series } = sumsOf({ places: PLACES, threads: [memory] });
  assertEquals(series.map(({ class: name, requests }) => [name, requests]), [
    ["1xx", 4],
    ["2xx", 2],
    ["3xx", 1],
    ["4xx", 2],
    ["5xx", 4],
    ["2xx", BUCKETS.length],
  ]);
  assertEquals(series.at(-1)!.buckets, BUCKETS.map((_, index) => index + 1));
});

Deno.test("a thread goes on with the memory of one that is gone: sums stay, what was open is not", () => {
  const memory = counterMemory(), first = new Counters(memory);
  first.answered(1, 200, 10, 1);
  first.open = 5;
  first.programs = 2;
  endGauges(memory);
  const gone = sumsOf({ places: PLACES, threads: [memory] });
  assertEquals([gone.series[0]!.requests, gone.accepted, gone.connections, gone.programs, gone.workers], [
    1,
    1,
    0,
    0,
    0,
  ]);
  new Counters(memory).answered(1, 200, 10, 1);
  const next = sumsOf({ places: PLACES, threads: [memory] });
  assertEquals([next.series[0]!.requests, next.series[0]!.bytes, next.connections, next.workers], [
    2,
    20,
    0,
    1,
  ]);
});

Deno.test("whatever a thread that was taken over writes, what is told of it are numbers", async () => {
  for (const evil of [NaN, -1, Infinity, -Infinity, 1e300, 0.5, 2 ** 53]) {
    const memory = counterMemory();
    new Float64Array(memory).fill(evil);
    const text = exposition(sumsOf({ places: PLACES, threads: [memory, counterMemory()] }));
    assertEquals(/NaN|Infinity|e\+| -/.test(text), false, String(evil));
    assertEquals(await promtool(text), "", String(evil));
  }
});

Deno.test("there is room for as many places as are told apart", () => {
  const memory = counterMemory(), counters = new Counters(memory);
  counters.answered(MOST_PLACES, 599, 1, 1e9);
  const places = Array.from({ length: MOST_PLACES + 1 }, (_, row) => ({ server: "s", location: `/${row}` }));
  assertEquals(sumsOf({ places, threads: [memory] }).series.map(({ location, bytes }) => [location, bytes]), [
    [`/${MOST_PLACES}`, 1],
  ]);
});

Deno.test("the text is what Prometheus reads, whatever the names of servers and locations", async () => {
  const places: readonly Place[] = [
    { server: "", location: "" },
    { server: "[::1]", location: '= /a"b\\c' },
    { server: "*.example.test", location: "/ünï\nx{}/" },
  ];
  const memory = counterMemory(), counters = new Counters(memory);
  for (let row = 0; row < places.length; row++) {
    for (const status of [101, 200, 304, 404, 503]) counters.answered(row, status, 1e15, status / 3);
  }
  const text = exposition(sumsOf({ places, threads: [memory] }));
  assertEquals(await promtool(text), "");
  assertStringIncludes(text, String.raw`{server="[::1]",location="= /a\"b\\c",class="2xx"} 1`);
  assertMatch(text, /^# TYPE webserv_request_duration_seconds histogram$/m);
  assertEquals(
    new Set(text.split("\n").map((line) => line.replace(/ \S+$/, ""))).size,
    text.split("\n").length,
  );
});

Deno.test("before the first request there are metrics, too", async () => {
  const text = exposition(sumsOf({ places: PLACES, threads: [counterMemory()] }));
  assertEquals(await promtool(text), "");
  assertMatch(text, /^webserv_connections 0$/m);
});

import { assertEquals, assertThrows } from "@std/assert";
import { ROWS } from "../../scripts/bench/rows.ts";
import { median, type Reading, summarize, toSample } from "../../scripts/bench/statistics.ts";
import type { Row } from "../../scripts/bench/types.ts";

const row = (id: string): Row => ROWS.find((row) => row.id === id)!;

const reading = (change: Partial<Reading["load"]> = {}, rowId = "1k"): Reading => ({
  row: row(rowId),
  load: { requests: 1000, seconds: 2, bytes: 1_200_000, p99: 3, failures: 0, socketErrors: 0, ...change },
  answerLength: 1200,
  memory: 2 * 1024 * 1024,
  elapsed: 2,
  serverCpu: 1,
  loadCpu: 0.5,
  idle: 0.8,
  backendCpu: 0,
  backendLoadCpu: 0,
});

Deno.test("median() is the middle, or the mean of the two middle ones, and does not sort its argument", () => {
  const values = [30, 4, 100];
  assertEquals(median(values), 30);
  assertEquals(values, [30, 4, 100]);
  assertEquals(median([4, 1, 3, 2]), 2.5);
  assertThrows(() => median([]), Error, "nothing");
});

Deno.test("toSample() divides CPU time by requests and time by cores", () => {
  const { rate, cpu, memory, serverBusy, loadBusy, othersBusy, errors } = toSample(reading());
  assertEquals({ rate, cpu, memory, serverBusy, loadBusy, errors }, {
    rate: 500,
    cpu: 1000,
    memory: 2,
    serverBusy: 0.5,
    loadBusy: 0.25,
    errors: [],
  });
  assertEquals(Math.round(othersBusy * 1000), 100);
});

Deno.test("toSample() takes what a back end used for no disturbance and not for the server's", () => {
  const { cpu, serverBusy, loadBusy, othersBusy } = toSample({
    ...reading(),
    backendCpu: 0.2,
    backendLoadCpu: 0.1,
  });
  assertEquals([cpu, serverBusy, loadBusy, Math.round(othersBusy * 1000)], [1000, 0.6, 0.3, 0]);
});

Deno.test("toSample() counts long answers by bytes, also those begun and not ended", () => {
  const long: Reading = { ...reading({ requests: 1, bytes: 3_000_000 }, "206"), answerLength: 1_000_000 };
  assertEquals(toSample(long).cpu, 1e6 / 3);
  assertEquals(toSample(long).errors, []);
});

Deno.test("toSample() names what went wrong", () => {
  assertEquals(toSample(reading({ failures: 3 })).errors, ["3 of 1000 answers without status 200"]);
  assertEquals(toSample(reading({ socketErrors: 2 })).errors, ["2 socket errors"]);
  assertEquals(toSample(reading({ requests: 0, bytes: 0 })).errors, ["no request was answered"]);
  assertEquals(toSample(reading({ bytes: 150_000 })).errors, ["answers of 150 bytes instead of 1200"]);
});

Deno.test("toSample() takes the failures that a row wants for no error, and misses them", () => {
  assertEquals(toSample(reading({ failures: 1000 }, "404")).errors, []);
  assertEquals(toSample(reading({ failures: 990 }, "404")).errors, ["10 of 1000 answers without status 404"]);
});

Deno.test("summarize() gives medians, the spread of the CPU time and how many runs had errors", () => {
  const samples = [10, 12, 11].map((cpu) => ({ ...toSample(reading({ socketErrors: 1 })), cpu }));
  const { median: middle, spread } = summarize("1k", "nginx", samples);
  assertEquals(middle.cpu, 11);
  assertEquals(spread, 1 / 11);
  assertEquals(middle.errors, ["1 socket errors", "in 3 of 3 runs"]);
  assertEquals(summarize("1k", "nginx", [toSample(reading())]).median.errors, []);
});

Deno.test("toSample() allows a row its own tolerance", () => {
  assertEquals(toSample(reading({ bytes: 1_260_000 })).errors.length, 1);
  assertEquals(toSample(reading({ bytes: 1_260_000 }, "cgi")).errors, []);
});

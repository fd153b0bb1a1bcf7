/**
 * The soak: what is worked out of what it has seen, and a short one of a real server.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { parseOptions } from "../../scripts/soak/options.ts";
import { phaseAt } from "../../scripts/soak/phases.ts";
import { reportText, thinned } from "../../scripts/soak/report.ts";
import { parseTcp, sampleOf } from "../../scripts/soak/samples.ts";
import { slopeOf } from "../../scripts/soak/slope.ts";
import { type Findings, SHORTEST, verdictOf } from "../../scripts/soak/verdict.ts";
import { Tally } from "../../scripts/siege/tally.ts";

const LOOK = { memory: 1, pss: 2, descriptors: 3, threads: 4, children: 5, connections: 6 };
const MEBIBYTE = 2 ** 20;

const SOAKED: Findings = {
  date: "2026-01-31",
  machine: "a machine",
  server: "a server",
  minutes: SHORTEST,
  rate: 60,
  omissions: [],
  samples: [{ ...LOOK, time: 1000, requests: 10, lost: 0, wrong: 0 }],
  growth: [],
  tallies: new Map(),
  before: LOOK,
  after: LOOK,
  cpu: 1,
  reloads: 1,
  rotations: 1,
  accessLines: 1234567,
  errorLines: 0,
  ending: 100,
  leftovers: [],
  own: [MEBIBYTE, MEBIBYTE],
};

const growing = (perHour: number, spread: number) => ({
  phase: "a phase",
  what: "Pss" as const,
  slope: { perHour: perHour * MEBIBYTE, spread: spread * MEBIBYTE },
});

Deno.test("slopeOf() finds a line, and no spread where there is none", () => {
  const points = Array.from({ length: 10 }, (_, i) => ({ time: i / 10, value: 5 + 3 * i / 10 }));
  const { perHour, spread } = slopeOf(points)!;
  assert(Math.abs(perHour - 3) < 1e-9);
  assert(spread < 1e-9);
  assertEquals(slopeOf(points.slice(0, 3)), undefined);
  assertEquals(slopeOf(points.map(({ value }) => ({ time: 1, value }))), undefined);
});

Deno.test("slopeOf() has a wider spread for values that resemble their neighbours", () => {
  const spreadOf = (period: number) =>
    slopeOf(Array.from({ length: 48 }, (_, i) => ({ time: i, value: i % period < period / 2 ? 1 : -1 })))!
      .spread;
  assert(spreadOf(16) > 1.5 * spreadOf(2));
});

Deno.test("phaseAt() gives the last phase that has begun", () => {
  assertEquals([0, 0.09, 0.1, 0.6, 0.65, 1].map((part) => phaseAt(part).name), [
    "warm-up",
    "warm-up",
    "the same workers",
    "the first new workers",
    "new workers at each reload",
    "new workers at each reload",
  ]);
});

Deno.test("parseTcp() counts what is open at a port, at this end", () => {
  const text = "  sl  local_address rem_address   st\n" +
    "   0: 0100007F:1F90 0100007F:C001 01 00\n" +
    "   1: 0100007F:C001 0100007F:1F90 01 00\n" +
    "   2: 0100007F:1F90 00000000:0000 0A 00\n";
  assertEquals([parseTcp(text, [8080]), parseTcp(text, [8081])], [1, 0]);
});

Deno.test("sampleOf() takes the middle of the memory and the most of the rest", () => {
  const looks = [1, 9, 2].map((value) => ({ ...LOOK, memory: value, descriptors: value }));
  const { memory, descriptors } = sampleOf(looks, 0, { requests: 0, lost: 0, wrong: 0 });
  assertEquals([memory, descriptors], [2, 9]);
});

Deno.test("thinned() takes so many evenly, and the last", () => {
  assertEquals(thinned([1, 2, 3], 5), [1, 2, 3]);
  assertEquals(thinned(Array.from({ length: 60 }, (_, i) => i + 1), 3), [20, 40, 60]);
});

const resetOf = (count: number) => {
  const tally = new Tally();
  tally.requests = 10_000;
  tally.reset = count;
  return new Map([["files", tally]]);
};

const tallyOf = (isWrong: boolean) => {
  const tally = new Tally();
  tally.failed("why", isWrong);
  return new Map([["files", tally]]);
};

for (
  const [what, changes, text, isGood] of [
    ["nothing amiss", {}, "memory is flat, 0 lost, 0 wrong, nothing left behind", true],
    ["growth within the spread", { growth: [growing(20, 21)] }, "memory is flat", true],
    ["growth below the bound", { growth: [growing(3, 1)] }, "memory is flat", true],
    ["growth", { growth: [growing(20, 1)] }, "MEMORY GROWS (Pss with a phase)", false],
    ["growth in too short a time", { growth: [growing(20, 1)], minutes: 1 }, "memory not judged", true],
    ["a lost answer", { tallies: tallyOf(false) }, "1 lost, 0 wrong", false],
    ["a wrong answer", { tallies: tallyOf(true) }, "0 lost, 1 wrong", false],
    ["resets now and then", { tallies: resetOf(9) }, "0 lost, 0 wrong, nothing", true],
    ["resets too often", { tallies: resetOf(11) }, "0 lost, 11 RESET, 0 wrong", false],
    ["leftovers", { leftovers: ["a file"] }, "LEFT BEHIND: a file", false],
  ] as const
) {
  Deno.test(`verdictOf() of a soak with ${what}`, () => {
    const verdict = verdictOf({ ...SOAKED, ...changes });
    assertEquals(verdict.isGood, isGood);
    assert(verdict.text.includes(text), verdict.text);
  });
}

Deno.test("reportText() has a row for each kind, and says why something failed", () => {
  const text = reportText({ ...SOAKED, tallies: tallyOf(true) });
  assertMatch(text, /^\| files \| 0 \| 0 \| 0 \| 0 \| 0 \| 1 \|/m);
  assertMatch(text, /^- files: 1 x why$/m);
  assertMatch(text, /1,234,567 lines of access/);
});

Deno.test("parseOptions() has an hour at the usual rate, and refuses what is no number", () => {
  const refuse = (problem: string): never => {
    throw new Error(problem);
  };
  assertEquals(parseOptions([], refuse), { minutes: 60, rate: 60, markdown: undefined });
  for (const wrong of ["0", "-1", "x", "", "Infinity"]) {
    let said = "";
    try {
      parseOptions([`--minutes=${wrong}`], refuse);
    } catch (error) {
      said = String(error);
    }
    assertMatch(said, /--minutes wants a number above 0/);
  }
});

async function soak(args: readonly string[]) {
  const script = fromFileUrl(new URL("../../scripts/soak.ts", import.meta.url));
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-lock", script, ...args],
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

const isLinux = Deno.build.os === "linux";

Deno.test(
  { name: "a short soak says what has become of every kind of client", ignore: !isLinux },
  async () => {
    const { code, stdout, stderr } = await soak(["--minutes", "0.06", "--rate", "40"]);
    const said = `${stdout}${stderr}`;
    assertMatch(
      stdout,
      /^soak: memory not judged \(that takes 10 minutes\), 0 lost, 0 wrong, nothing left behind$/m,
      said,
    );
    assertEquals(code, 0, said);
    for (const kind of ["files", "archives", "proxied", "WebSockets", "WebDAV", "HTTP/2", "h2 streams"]) {
      assertMatch(stdout, new RegExp(`^\\| ${kind} \\| [1-9]`, "m"), said);
    }
    assertMatch(stdout, /^\| VmRSS MiB \| [\d.]+ \| [\d.]+ \| [\d.]+ \|$/m);
    assertMatch(stdout, /^\| the server \(VmRSS\) \| the same workers \|/m);
  },
);

Deno.test("wrong usage of a soak is 2", async () => {
  const { code, stderr } = await soak(["--minutes", "soon"]);
  assertEquals([code, stderr], [2, 'soak: --minutes wants a number above 0, not "soon"\n']);
});

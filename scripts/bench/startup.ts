/**
 * Measures starts: the time from the start of a program to its first answer, and the memory that it then has when
 * nothing is asked of it. It may use all cores, as it would on a user's machine.
 *
 * @module
 */
import { type Bench, type Candidate, makePlace, prepare, refused } from "./measure.ts";
import { memoryOfTree } from "./proc.ts";
import { ServerProcess } from "./process.ts";
import { sleep } from "./sleep.ts";
import { median } from "./statistics.ts";
import type { Omission } from "./types.ts";

/** Its name on the command line, beside the rows. */
export const STARTUP = "startup";

/** How many starts are measured, after one that fills the caches. */
export const STARTS = 15;

/** How often the port is tried, and how long a server is left alone before its memory is read, in milliseconds. */
const INTERVAL = 1;
const REST = 2000;

/** How long it may take from the first connection to the first answer, in milliseconds. */
const PATIENCE = 10_000;

const REQUEST = new TextEncoder().encode(
  "GET /1k.html HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
);

/** All starts of one server. */
export interface StartResult {
  readonly server: string;
  /** Every one, in milliseconds. */
  readonly times: readonly number[];
  /** The sums of all its processes, in bytes. */
  readonly rss: number;
  readonly pss: number;
}

export interface Starts {
  readonly results: StartResult[];
  readonly failures: Omission[];
}

/** Starts the servers in turn. */
export async function measureStarts(bench: Bench, candidates: readonly Candidate[]): Promise<Starts> {
  const results: StartResult[] = [], failures: Omission[] = [];
  const all = candidates.map((candidate) => ({ candidate, times: [] as number[], rss: 0, pss: 0 }));
  for (let round = 0; round <= STARTS; round++) {
    for (const entry of all) {
      const { peer } = entry.candidate;
      if (failures.some(({ server }) => server === peer.id)) continue;
      bench.say(`Start ${round} of ${STARTS}: ${peer.title}`);
      try {
        const { time, ...memory } = await measureStart(bench, entry.candidate, round);
        if (round > 0) entry.times.push(time);
        Object.assign(entry, memory);
      } catch (error) {
        failures.push(refused(bench, STARTUP, peer, error));
      }
    }
  }
  for (const { candidate: { peer }, times, rss, pss } of all) {
    if (times.length === STARTS) results.push({ server: peer.id, times, rss, pss });
  }
  return { results, failures };
}

/** Reads the memory only the last time, since a rest comes before. */
async function measureStart(bench: Bench, { peer, program }: Candidate, round: number) {
  const wanted = { connections: 64, expect: { status: 200, length: 1024 } };
  const place = await makePlace(
    { ...bench, main: bench.source },
    `${STARTUP}-${peer.id}-${round}`,
    { caches: true },
    wanted,
  );
  const prepared = await prepare(peer, place);
  const cores = `0-${navigator.hardwareConcurrency - 1}`;
  const start = performance.now();
  await using process = await ServerProcess.start(
    { ...prepared, cores, program: program.path, signal: bench.signal },
    place.port,
    INTERVAL,
  );
  const answer = await firstAnswer(place.port, bench.signal);
  const time = performance.now() - start;
  if (!answer.startsWith("HTTP/1.1 200 ")) {
    throw new Error(`answers "${answer.split("\r\n")[0]}" at the start`);
  }
  if (round === STARTS) await sleep(REST, bench.signal);
  return { time, ...memoryOfTree(process.pid) };
}

/** Asks until there is an answer: a server may try whether its port is free before it serves there. */
async function firstAnswer(port: number, signal: AbortSignal): Promise<string> {
  const deadline = performance.now() + PATIENCE;
  for (;;) {
    const answer = await ask(port);
    if (answer !== "") return answer;
    if (performance.now() > deadline) throw new Error("does not answer");
    await sleep(INTERVAL, signal);
  }
}

/** One small request. Gives the beginning of the answer, nothing if the connection broke. */
async function ask(port: number): Promise<string> {
  try {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port });
    await connection.write(REQUEST);
    const answer = new Uint8Array(64);
    return new TextDecoder().decode(answer.subarray(0, await connection.read(answer) ?? 0));
  } catch {
    return "";
  }
}

/** Median, quickest and slowest start. */
export function summarizeStarts({ times }: Pick<StartResult, "times">) {
  return { median: median(times), quickest: Math.min(...times), slowest: Math.max(...times) };
}

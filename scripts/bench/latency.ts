/**
 * Measures how long kept-alive clients wait for answers of several lengths over TLS: a server that leaves the last part
 * of an answer to the system's patience (Nagle's algorithm against delayed acknowledgements) stalls for 40 ms, which no
 * measurement of throughput shows.
 *
 * @module
 */
import { join } from "@std/path";
import { checkAnswer } from "./check.ts";
import { quantile, runH2load } from "./h2load.ts";
import { type Bench, type Candidate, LOAD_CORE, refused, type Runner, startRunner } from "./measure.ts";
import { LATENCY_LENGTHS, latencyPath } from "./rows.ts";
import type { Alpn, Omission, Row } from "./types.ts";

/** Its name on the command line, beside the rows. */
export const LATENCY = "latency";

/** How many clients ask at the same time, each on a connection of its own. */
export const CLIENTS = [1, 16];

/** Of one run, in milliseconds: a stall of 40 ms is met several times, if there is one. */
const DURATION = 300;

const PROTOCOLS: readonly Alpn[] = ["http/1.1", "h2"];

/** All answers of one length that one server gave to so many clients. */
export interface LatencyResult {
  readonly server: string;
  readonly protocol: Alpn;
  readonly clients: number;
  /** Of the content, in bytes. */
  readonly length: number;
  readonly count: number;
  /** In milliseconds. */
  readonly mean: number;
  readonly p99: number;
}

export interface Latencies {
  readonly results: LatencyResult[];
  readonly failures: Omission[];
  readonly omissions: Omission[];
}

/** Starts all servers with TLS, and asks them in turn, round after round. */
export async function measureLatencies(bench: Bench, candidates: readonly Candidate[]): Promise<Latencies> {
  const found: Latencies = { results: [], failures: [], omissions: [] };
  const why = bench.lacks.http2;
  if (why !== undefined) return { ...found, omissions: [{ row: LATENCY, why }] };
  for (const protocol of PROTOCOLS) await measureProtocol(bench, protocol, candidates, found);
  return found;
}

async function measureProtocol(
  bench: Bench,
  protocol: Alpn,
  candidates: readonly Candidate[],
  { results, failures }: Latencies,
): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const runners: Runner[] = [];
  for (const candidate of candidates.filter(({ peer }) => peer.features.includes("http2"))) {
    try {
      const { title } = candidate.peer;
      runners.push(
        await startRunner(
          bench,
          rowFor(LATENCY_LENGTHS[0]!, protocol),
          candidate,
          title,
          { tls: protocol },
          false,
          stack,
        ),
      );
    } catch (error) {
      failures.push(refused(bench, LATENCY, candidate.peer, error));
    }
  }
  for (const clients of CLIENTS) {
    for (const length of LATENCY_LENGTHS) {
      bench.say(`Latency over ${protocol}: ${length} bytes, ${clients} clients`);
      results.push(...await measureLength(bench, protocol, runners, clients, length));
    }
  }
}

/** One result of each server. The first run warms it up and is not counted. */
async function measureLength(
  bench: Bench,
  protocol: Alpn,
  runners: readonly Runner[],
  clients: number,
  length: number,
): Promise<LatencyResult[]> {
  const times = runners.map(() => [] as Float64Array[]);
  const row = rowFor(length, protocol);
  const urlOf = ({ target: { url } }: Runner) => new URL(row.path, url).href;
  for (const runner of runners) await checkAnswer({ ...runner.target, row, url: urlOf(runner) });
  for (let round = 0; round <= bench.rounds; round++) {
    for (const [index, runner] of runners.entries()) {
      const options = {
        url: urlOf(runner),
        protocol,
        connections: clients,
        streams: 1,
        milliseconds: DURATION,
        fields: [],
        log: join(bench.folder, "h2load.log"),
      };
      const run = await runH2load(LOAD_CORE, options, bench.tls, bench.signal);
      if (round > 0) times[index]!.push(run.times);
    }
  }
  return runners.map(({ peer }, index) => ({
    server: peer.id,
    protocol,
    clients,
    length,
    ...summarizeTimes(times[index]!),
  }));
}

/** Mean and 99th percentile of all runs together. */
export function summarizeTimes(runs: readonly Float64Array[]): Pick<LatencyResult, "count" | "mean" | "p99"> {
  const all = Float64Array.from(runs.flatMap((run) => [...run])).sort();
  return {
    count: all.length,
    mean: all.reduce((sum, time) => sum + time, 0) / all.length,
    p99: quantile(all, 0.99),
  };
}

const rowFor = (length: number, protocol: Alpn): Row => ({
  id: `${LATENCY}-${protocol.replace("/", "-")}`,
  title: "Latency",
  path: latencyPath(length),
  needs: "http2",
  connections: 16,
  load: "h2load",
  expect: { status: 200, length, offset: 0 },
});

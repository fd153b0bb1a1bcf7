/**
 * Measures what large streams that are compressed do to a server: the memory that one and eight of them take, and how
 * long a small file takes beside them.
 *
 * @module
 */
import { join } from "@std/path";
import { TEXT_FILE } from "./coding_rows.ts";
import { type H2loadOptions, quantile, runH2load } from "./h2load.ts";
import { type Bench, type Candidate, LOAD_CORE, refused, type Runner, startRunner } from "./measure.ts";
import { runPinned } from "./process.ts";
import { memoryOfTree, readCpu } from "./proc.ts";
import { sleep } from "./sleep.ts";
import type { Omission, Row, Target } from "./types.ts";

/** Its name on the command line, beside the rows. */
export const BESIDE = "beside";

/** How many streams there are at one time. */
export const STREAMS = [0, 1, 8];

/** Between two looks at the memory, in milliseconds. */
const INTERVAL = 50;

/** Of the measurement of the small file, in milliseconds. */
const DURATION = 5000;

const SMALL = "/1k.html";

/** Requests of one stream: more than it has time for. */
const REPEATS = 1000;

/** One server with so many streams. */
export interface BesideResult {
  readonly server: string;
  readonly streams: number;
  /** The most that there was at any look, in bytes. */
  readonly rss: number;
  /** CPU seconds of the server meanwhile. */
  readonly cpu: number;
  /** Of the small file, in milliseconds. */
  readonly count: number;
  readonly median: number;
  readonly p99: number;
}

export interface Besides {
  readonly results: BesideResult[];
  readonly failures: Omission[];
  readonly omissions: Omission[];
}

/** One server after the other. */
export async function measureBeside(bench: Bench, candidates: readonly Candidate[]): Promise<Besides> {
  const found: Besides = { results: [], failures: [], omissions: [] };
  const why = bench.lacks.http2;
  if (why !== undefined) return { ...found, omissions: [{ row: BESIDE, why }] };
  for (const candidate of candidates.filter(({ peer }) => peer.features.includes("gzip"))) {
    await using stack = new AsyncDisposableStack();
    try {
      const { title } = candidate.peer;
      const runner = await startRunner(bench, ROW, candidate, title, { coding: true }, false, stack);
      for (const streams of STREAMS) {
        bench.say(`Beside ${streams} compressed streams: ${title}`);
        found.results.push(await measureStreams(bench, runner, streams));
      }
    } catch (error) {
      found.failures.push(refused(bench, BESIDE, candidate.peer, error));
    }
  }
  return found;
}

async function measureStreams(bench: Bench, { process: { pid }, peer, target }: Runner, streams: number) {
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, bench.signal]);
  const cpu = readCpu(pid);
  const receiving = Array.from({ length: streams }, () => receive(target, signal));
  const memory = watchMemory(pid, signal);
  try {
    const { times } = await runH2load(LOAD_CORE, smallRequests(bench, target), bench.tls, bench.signal);
    const small = { count: times.length, median: quantile(times, 0.5), p99: quantile(times, 0.99) };
    const used = readCpu(pid) - cpu;
    over.abort();
    return { server: peer.id, streams, rss: await memory, cpu: used, ...small };
  } finally {
    over.abort();
    await Promise.all([...receiving, memory]);
  }
}

const smallRequests = ({ folder }: Bench, { url }: Target): H2loadOptions => ({
  url: new URL(SMALL, url).href,
  protocol: "http/1.1",
  connections: 1,
  streams: 1,
  milliseconds: DURATION,
  fields: [],
  log: join(folder, "h2load.log"),
});

/** Has curl ask for the text in gzip again and again, until it is ended. @throws {Error} if it ends before */
async function receive({ url, folder: cwd }: Target, signal: AbortSignal): Promise<void> {
  const text = new URL(`/${TEXT_FILE}`, url).href;
  const urls = Array.from({ length: REPEATS }, () => ["--output", "/dev/null", text]).flat();
  const args = ["--silent", "--show-error", "--fail", "--header", "Accept-Encoding: gzip", ...urls];
  try {
    await runPinned({ cores: String(LOAD_CORE), program: "curl", args, cwd, signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

async function watchMemory(pid: number, signal: AbortSignal): Promise<number> {
  let most = 0;
  while (!signal.aborted) {
    most = Math.max(most, memoryOfTree(pid).rss);
    await sleep(INTERVAL, signal).catch(() => {});
  }
  return most;
}

const ROW: Row = {
  id: BESIDE,
  title: "Beside compressed streams",
  path: SMALL,
  needs: "gzip",
  connections: 1,
  expect: { status: 200, length: 1024, offset: 0 },
};

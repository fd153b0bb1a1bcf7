/**
 * Measures the memory of servers: at rest, with idle connections of several kinds and after these have left, and after
 * loads. Each of that happens to a new process, so that nothing is covered by what was taken before.
 *
 * @module
 */
import { IdleClients, type IdleKind, possibleConnections } from "./idle.ts";
import { type Bench, type Candidate, LOAD_CORE, refused, type Runner, startRunner } from "./measure.ts";
import { memoryOfTree } from "./proc.ts";
import { ROWS } from "./rows.ts";
import { sleep } from "./sleep.ts";
import type { Feature, Omission, Row, Setup } from "./types.ts";

/** Its name on the command line, beside the rows. */
export const MEMORY = "memory";

/** How long a server is left alone before its memory is read, and once more after the last load, in milliseconds. */
const REST = 3000;
const LONG_REST = 30_000;

/** What may be held open. */
interface Idle {
  readonly kind: IdleKind;
  readonly title: string;
  readonly needs: Feature;
  readonly count: number;
  readonly setup: Setup;
}

const IDLES: readonly Idle[] = [
  { kind: "silent", title: "that have sent nothing", needs: "idle", count: 10_000, setup: {} },
  { kind: "kept", title: "that had an answer", needs: "idle", count: 10_000, setup: {} },
  { kind: "tls", title: "over TLS", needs: "tls", count: 1000, setup: { tls: "http/1.1" } },
  { kind: "h2", title: "in HTTP/2", needs: "http2", count: 1000, setup: { tls: "h2" } },
];

/** The loads that come one after the other. */
const LOADS = ["1k", "100k", "100m"];

/** One reading, of all processes of a server. */
export interface MemoryResult {
  readonly server: string;
  /** What it has been through. */
  readonly moment: string;
  /** In bytes. */
  readonly rss: number;
  readonly pss: number;
  /** Pss that each connection has added, in bytes; undefined where there are none. */
  readonly each?: number;
}

export interface Memories {
  readonly results: MemoryResult[];
  readonly failures: Omission[];
  readonly omissions: Omission[];
}

/** One server after the other. */
export async function measureMemory(bench: Bench, candidates: readonly Candidate[]): Promise<Memories> {
  const found: Memories = { results: [], failures: [], omissions: [] };
  const limits = await Deno.readTextFile("/proc/self/limits");
  for (const candidate of candidates.filter(({ peer }) => peer.features.includes("idle"))) {
    const { peer } = candidate;
    const measure = async (
      title: string,
      setup: Setup,
      look: (runner: Runner) => Promise<MemoryResult[]>,
    ) => {
      bench.say(`Memory, ${title}: ${peer.title}`);
      try {
        found.results.push(...await withRunner(bench, candidate, setup, look));
      } catch (error) {
        found.failures.push(refused(bench, `${MEMORY}, ${title}`, peer, error));
      }
    };
    // The first start may fill what the runtime keeps of a program.
    await measure("first start", {}, () => Promise.resolve([]));
    await measure("at rest", {}, async (runner) => [await reading(bench, runner, "at rest")]);
    if (peer.features.includes("workers")) {
      const moment = "at rest, two workers";
      await measure(moment, { workers: 2 }, async (runner) => [await reading(bench, runner, moment)]);
    }
    for (const idle of IDLES.filter(({ needs }) => peer.features.includes(needs))) {
      const why = bench.lacks[idle.needs] ?? candidate.program.lacks?.[idle.needs];
      if (why !== undefined) {
        found.omissions.push({ row: `${MEMORY}, ${idle.title}`, server: peer.id, why });
        continue;
      }
      const count = possibleConnections(idle.count, limits);
      await measure(idle.title, idle.setup, (runner) => holdIdle(bench, runner, { ...idle, count }));
    }
    await measure("after loads", {}, (runner) => load(bench, runner));
  }
  return found;
}

async function withRunner<T>(
  bench: Bench,
  candidate: Candidate,
  setup: Setup,
  look: (runner: Runner) => Promise<T>,
): Promise<T> {
  await using stack = new AsyncDisposableStack();
  const { title } = candidate.peer;
  const started = { ...bench, main: bench.source };
  const all = { ...setup, caches: true, idle: true } as const;
  return await look(await startRunner(started, ROW, candidate, title, all, false, stack));
}

async function holdIdle(bench: Bench, runner: Runner, { kind, title, count }: Idle): Promise<MemoryResult[]> {
  const before = await reading(bench, runner, "before");
  const { place: { port }, peer } = runner;
  const { signal, tls: { certificate } } = bench;
  await using clients = await IdleClients.connect({
    kind,
    port,
    count,
    certificate,
    core: LOAD_CORE,
    signal,
  });
  const connections = `${count.toLocaleString("en")} connections ${title}`;
  const held = await reading(bench, runner, connections);
  await clients.leave();
  const left = await reading(bench, runner, `${connections}, after they left`);
  bench.say(`${peer.title}: ${shareOf(before, held, count).toFixed(0)} bytes for each of ${connections}`);
  return [{ ...held, each: shareOf(before, held, count) }, left];
}

/** Bytes of Pss that each of so many connections has added. */
export function shareOf(
  before: Pick<MemoryResult, "pss">,
  held: Pick<MemoryResult, "pss">,
  count: number,
): number {
  return (held.pss - before.pss) / count;
}

async function load(bench: Bench, runner: Runner): Promise<MemoryResult[]> {
  const results: MemoryResult[] = [];
  for (const row of ROWS.filter(({ id }) => LOADS.includes(id))) {
    const url = new URL(row.path, runner.target.url).href;
    await bench.loads.wrk({ ...runner.target, row, url }, bench.seconds);
    results.push(await reading(bench, runner, `after a load of ${row.title}`));
  }
  await sleep(LONG_REST, bench.signal);
  return [...results, await reading(bench, runner, `${LONG_REST / 1000} s later`)];
}

/** After a rest. */
async function reading({ signal }: Bench, { peer, process }: Runner, moment: string): Promise<MemoryResult> {
  await sleep(REST, signal);
  return { server: peer.id, moment, ...memoryOfTree(process.pid) };
}

const ROW: Row = {
  id: MEMORY,
  title: "Memory",
  path: "/1k.html",
  needs: "idle",
  connections: Math.max(...IDLES.map(({ count }) => count)),
  expect: { status: 200, length: 1024, offset: 0 },
};

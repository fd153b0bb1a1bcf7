/**
 * Measures one row: starts every server, asks it once, warms it up, and puts the load on one after the other, round
 * after round, so that what else happens on the machine falls on all of them.
 *
 * @module
 */
import { join } from "@std/path";
import { type Backend, startBackend } from "./backends.ts";
import { checkAnswer, learnFields } from "./check.ts";
import { freePort, ServerProcess } from "./process.ts";
import { readCpu, readIdle, readMemory, readReapedCpu } from "./proc.ts";
import { sleep } from "./sleep.ts";
import { summarize, toSample } from "./statistics.ts";
import { countByWorker, describeShares } from "./shares.ts";
import { GIGABYTE } from "./tunnel.ts";
import type {
  Lacks,
  LoadName,
  LoadProgram,
  Omission,
  Peer,
  Place,
  Program,
  Result,
  Row,
  Sample,
  Setup,
  Target,
  TlsFiles,
} from "./types.ts";

export const SERVER_CORE = 0;
export const LOAD_CORE = 1;

/** CPU seconds that a server has before it is measured, and how many seconds it may take to use them. */
const WARM_UP_CPU = 0.8;
const WARM_UP_RUNS = 6;

/** A server to be measured, and its program on this machine. */
export interface Candidate {
  readonly peer: Peer;
  readonly program: Program;
}

export interface Bench {
  /** Temporary; the site is in it. */
  readonly folder: string;
  readonly site: string;
  /** webserv's main.ts, as it was when the benchmark began. */
  readonly main: string;
  /** webserv's main.ts itself. */
  readonly source: string;
  /** The folder with CGI programs. */
  readonly programs: string;
  /** What this machine lacks for all servers. */
  readonly lacks: Lacks;
  readonly loads: Readonly<Record<LoadName, LoadProgram>>;
  readonly tls: TlsFiles;
  readonly rounds: number;
  /** Of one run. */
  readonly seconds: number;
  /** Stops everything. */
  readonly signal: AbortSignal;
  /** Tells the person who waits. */
  say(text: string): void;
}

/** A server that runs for a row. */
export interface Runner {
  readonly peer: Peer;
  /** For the person who waits. */
  readonly title: string;
  /** It is what the same server is compared with. */
  readonly isBase: boolean;
  readonly place: Place;
  readonly process: ServerProcess;
  /** Of its own: what another server keeps of one it does not take from this. */
  readonly backend: Backend | undefined;
  readonly target: Target;
  /** The length of one answer with its head, if the load counts whole answers. */
  readonly answerLength: number;
  readonly samples: Sample[];
}

/** What became of a row. */
export interface Measured {
  readonly results: Result[];
  /** Servers that do not do what they should. */
  readonly failures: Omission[];
  /** What is not installed. */
  readonly omissions: Omission[];
}

/** Measures the servers that have what the row needs. */
export async function measureRow(
  bench: Bench,
  row: Row,
  candidates: readonly Candidate[],
): Promise<Measured> {
  const missing = bench.lacks[row.needs];
  if (missing !== undefined) return { results: [], failures: [], omissions: [{ row: row.id, why: missing }] };
  const failures: Omission[] = [], omissions: Omission[] = [], runners: Runner[] = [];
  await using stack = new AsyncDisposableStack();
  for (const candidate of candidates.filter(({ peer }) => peer.features.includes(row.needs))) {
    const server = candidate.peer.id;
    const why = candidate.program.lacks?.[row.needs];
    if (why !== undefined) {
      omissions.push({ row: row.id, server, why });
      continue;
    }
    try {
      runners.push(...await startRunners(bench, row, candidate, stack));
    } catch (error) {
      failures.push(refused(bench, row.id, candidate.peer, error));
    }
  }
  const load = bench.loads[row.load ?? "wrk"];
  for (const runner of runners) await warmUp(bench, load, runner);
  for (let round = 1; round <= bench.rounds; round++) {
    for (const runner of runners) {
      bench.say(`${row.title}: round ${round} of ${bench.rounds}, ${runner.title}`);
      runner.samples.push(await takeSample(bench, load, runner));
    }
  }
  return { results: await collect(row, runners), failures, omissions };
}

/** Says that a server does not do what it should, unless the benchmark was interrupted. */
export function refused({ signal, say }: Bench, row: string, { id, title }: Peer, error: unknown): Omission {
  signal.throwIfAborted();
  const why = error instanceof Error ? error.message : String(error);
  say(`FAILED: ${title}, row ${row}: ${why}`);
  return { row, server: id, why };
}

/** One result of each server, with what it is compared with. */
async function collect(row: Row, runners: readonly Runner[]): Promise<Result[]> {
  const results: Result[] = [];
  for (const runner of runners.filter(({ isBase }) => !isBase)) {
    const { peer, samples, place: { folder, setup } } = runner;
    const base = runners.find((other) => other.isBase && other.peer === peer);
    results.push({
      ...summarize(row.id, peer.id, samples),
      ...(base && { base: summarize(row.id, peer.id, base.samples) }),
      ...(setup.workers !== undefined && {
        remark: describeShares(await countByWorker(join(folder, "access.log"))),
      }),
      ...(peer.forgets === row.needs && {
        remark: "CPU is all that the core did, also for others, as the programs' own is not known.",
      }),
    });
  }
  return results;
}

/** A server as the row wants it, and what it is compared with. */
async function startRunners(bench: Bench, row: Row, candidate: Candidate, stack: AsyncDisposableStack) {
  const { title } = candidate.peer;
  const runner = await startRunner(bench, row, candidate, title, row.setup ?? {}, false, stack);
  if (!row.against) return [runner];
  const baseTitle = `${title}, ${row.against.title}`;
  return [await startRunner(bench, row, candidate, baseTitle, row.against.setup, true, stack), runner];
}

/** Starts a server and asks it once. It ends with the stack. */
export async function startRunner(
  bench: Bench,
  row: Row,
  { peer, program }: Candidate,
  title: string,
  setup: Setup,
  isBase: boolean,
  stack: AsyncDisposableStack,
): Promise<Runner> {
  const place = await makePlace(bench, `${row.id}-${peer.id}${isBase ? "-base" : ""}`, setup, row);
  stack.defer(() => Deno.remove(place.folder, { recursive: true }));
  const cores = { serverCore: SERVER_CORE, loadCore: LOAD_CORE };
  const backend = setup.backend &&
    await startBackend(setup.backend, { ...bench, ...cores, folder: place.folder }, stack);
  const process = await ServerProcess.start({
    cores: Array.from({ length: setup.workers ?? 1 }, (_, core) => SERVER_CORE + core).join(","),
    program: program.path,
    ...await prepare(peer, { ...place, backend: backend?.address, keys: backend?.keys }),
    signal: bench.signal,
  }, place.port);
  stack.use(process);
  const { folder, site, tls } = bench;
  const url = `${setup.tls ? "https" : "http"}://127.0.0.1:${place.port}${row.path}`;
  const asked = { row, url, folder, site, store: join(place.folder, "store"), fields: [], setup, tls };
  const target = { ...asked, fields: await learnFields(asked) };
  return {
    peer,
    title,
    isBase,
    place,
    process,
    backend,
    target,
    answerLength: row.load === "tunnel" ? await checkTunnel(bench, target) : await checkAnswer(target),
    samples: [],
  };
}

/** The client itself looks at what comes. */
async function checkTunnel({ loads }: Bench, target: Target): Promise<number> {
  await loads.tunnel(target, 0.1);
  return GIGABYTE;
}

/** A new folder and a free port for a server. */
export async function makePlace(
  { folder, site, main, programs, tls }: Bench,
  name: string,
  setup: Setup,
  { connections, expect }: Pick<Row, "connections" | "expect">,
): Promise<Place> {
  const own = join(folder, name);
  await Deno.mkdir(join(own, "store"), { recursive: true });
  // A server that gives up root's rights must be able to write there.
  await Deno.chmod(join(own, "store"), 0o777);
  const length = expect.length ?? 0;
  return { folder: own, site, main, programs, port: freePort(), connections, length, setup, tls };
}

/** Writes a server's configuration. Gives how it is started then. */
export async function prepare(peer: Peer, place: Place) {
  const { args, files = {}, env } = peer.launch(place);
  for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(join(place.folder, name), text);
  return { args, cwd: place.folder, env: { NO_COLOR: "1", ...env } };
}

/**
 * Loads a server until it has had enough CPU time to compile its code and fill its caches, which on a machine that
 * others use takes longer than it should.
 */
async function warmUp(
  { say }: Bench,
  load: LoadProgram,
  { title, process: { pid }, target }: Runner,
): Promise<void> {
  const enough = readCpu(pid) + WARM_UP_CPU;
  for (let run = 0; run < WARM_UP_RUNS && readCpu(pid) < enough; run++) {
    say(`${target.row.title}: warming up ${title}`);
    await load(target, 1);
  }
}

/** The CPU clock runs from before the load program starts until it has ended. */
async function takeSample(bench: Bench, load: LoadProgram, runner: Runner): Promise<Sample> {
  const { peer, process: { pid }, target, answerLength } = runner;
  const behind = backendClock(runner);
  const [cpu, loadCpu, idle, start] = [
    readCpu(pid),
    readReapedCpu(),
    readIdle(SERVER_CORE),
    performance.now(),
  ];
  const running = load(target, bench.seconds);
  const memory = sleep(bench.seconds * 700, bench.signal).then(() => readMemory(pid));
  const [seen, bytes] = await Promise.all([running, memory]);
  const elapsed = (performance.now() - start) / 1000;
  const idleTime = readIdle(SERVER_CORE) - idle;
  return toSample({
    row: target.row,
    load: seen,
    answerLength,
    memory: bytes,
    elapsed,
    serverCpu: peer.forgets === target.row.needs ? elapsed - idleTime : readCpu(pid) - cpu,
    loadCpu: readReapedCpu() - loadCpu,
    idle: idleTime,
    ...behind(),
  });
}

/** Gives, when it is asked, what the back end has used meanwhile of the server's core and of the load's. */
function backendClock({ backend }: Runner): () => { backendCpu: number; backendLoadCpu: number } {
  if (backend === undefined) return () => ({ backendCpu: 0, backendLoadCpu: 0 });
  const before = readCpu(backend.pid);
  return () => {
    const used = readCpu(backend.pid) - before;
    return backend.core === SERVER_CORE
      ? { backendCpu: used, backendLoadCpu: 0 }
      : { backendCpu: 0, backendLoadCpu: used };
  };
}

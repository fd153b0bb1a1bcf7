/**
 * Measures one row: starts every server, asks it once, warms it up, and puts the load on one after the other, round
 * after round, so that what else happens on the machine falls on all of them.
 *
 * @module
 */
import { join } from "@std/path";
import { checkAnswer, learnFields } from "./check.ts";
import { freePort, ServerProcess } from "./process.ts";
import { readCpu, readIdle, readMemory, readReapedCpu } from "./proc.ts";
import { sleep } from "./sleep.ts";
import { summarize, toSample } from "./statistics.ts";
import type { LoadProgram, Peer, Program, Result, Row, Sample, Target } from "./types.ts";

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
  readonly load: LoadProgram;
  readonly rounds: number;
  /** Of one run. */
  readonly seconds: number;
  /** Stops everything. */
  readonly signal: AbortSignal;
  /** Tells the person who waits. */
  say(text: string): void;
}

/** A server that runs for a row. */
interface Runner {
  readonly peer: Peer;
  readonly process: ServerProcess;
  readonly target: Target;
  /** The length of one answer with its head, if the load counts whole answers. */
  readonly answerLength: number;
  readonly samples: Sample[];
}

/** A server that can not be measured in a row, and why. */
export interface Failure {
  readonly row: string;
  readonly server: string;
  readonly why: string;
}

/** Measures the servers that have what the row needs. */
export async function measureRow(
  bench: Bench,
  row: Row,
  candidates: readonly Candidate[],
): Promise<{ results: Result[]; failures: Failure[] }> {
  const failures: Failure[] = [];
  await using stack = new AsyncDisposableStack();
  const runners: Runner[] = [];
  for (const candidate of candidates.filter(({ peer }) => peer.features.includes(row.needs))) {
    try {
      runners.push(await startRunner(bench, row, candidate, stack));
    } catch (error) {
      bench.signal.throwIfAborted();
      const why = error instanceof Error ? error.message : String(error);
      bench.say(`FAILED: ${candidate.peer.title}, row "${row.title}": ${why}`);
      failures.push({ row: row.id, server: candidate.peer.id, why });
    }
  }
  const load = row.load ?? bench.load;
  for (const runner of runners) await warmUp(bench, load, runner);
  for (let round = 1; round <= bench.rounds; round++) {
    for (const runner of runners) {
      bench.say(`${row.title}: round ${round} of ${bench.rounds}, ${runner.peer.title}`);
      runner.samples.push(await takeSample(bench, load, runner));
    }
  }
  const results = runners.map(({ peer, samples }) => summarize(row.id, peer.id, samples));
  return { results, failures };
}

async function startRunner(
  { folder, site, main, signal }: Bench,
  row: Row,
  { peer, program }: Candidate,
  stack: AsyncDisposableStack,
): Promise<Runner> {
  const place = { folder: join(folder, `${row.id}-${peer.id}`), site, main, port: freePort(), row };
  await Deno.mkdir(place.folder);
  const { args, files = {}, env } = peer.launch(place);
  for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(join(place.folder, name), text);
  const process = await ServerProcess.start({
    core: SERVER_CORE,
    program: program.path,
    args,
    cwd: place.folder,
    signal,
    env: { NO_COLOR: "1", ...env },
  }, place.port);
  stack.use(process);
  const url = `http://127.0.0.1:${place.port}${row.path}`;
  const target = { row, url, folder, fields: await learnFields(row, url, folder) };
  return { peer, process, target, answerLength: await checkAnswer(target, site), samples: [] };
}

/**
 * Loads a server until it has had enough CPU time to compile its code and fill its caches, which on a machine that
 * others use takes longer than it should.
 */
async function warmUp(
  { say }: Bench,
  load: LoadProgram,
  { peer, process: { pid }, target }: Runner,
): Promise<void> {
  const enough = readCpu(pid) + WARM_UP_CPU;
  for (let run = 0; run < WARM_UP_RUNS && readCpu(pid) < enough; run++) {
    say(`${target.row.title}: warming up ${peer.title}`);
    await load(target, 1);
  }
}

/** The CPU clock runs from before the load program starts until it has ended. */
async function takeSample(bench: Bench, load: LoadProgram, runner: Runner): Promise<Sample> {
  const { process: { pid }, target, answerLength } = runner;
  const [cpu, loadCpu, idle, start] = [
    readCpu(pid),
    readReapedCpu(),
    readIdle(SERVER_CORE),
    performance.now(),
  ];
  const running = load(target, bench.seconds);
  const memory = sleep(bench.seconds * 700, bench.signal).then(() => readMemory(pid));
  const [seen, bytes] = await Promise.all([running, memory]);
  return toSample({
    row: target.row,
    load: seen,
    answerLength,
    memory: bytes,
    elapsed: (performance.now() - start) / 1000,
    serverCpu: readCpu(pid) - cpu,
    loadCpu: readReapedCpu() - loadCpu,
    idle: readIdle(SERVER_CORE) - idle,
  });
}

/**
 * `deno task bench`: measures the whole webserv against other servers in one run, by CPU time a request, and prints
 * Markdown. Each server runs alone on one core, the load on another. Everything is started here with a configuration
 * in a temporary folder, and is ended again, also on Ctrl-C.
 *
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import { backendLacks } from "./bench/backends.ts";
import { BESIDE, type BesideResult, measureBeside } from "./bench/beside.ts";
import { findExecutable } from "./bench/find.ts";
import { curlOn } from "./bench/curl.ts";
import { firstOn } from "./bench/first.ts";
import { h2loadOn } from "./bench/h2load.ts";
import { LATENCY, type LatencyResult, measureLatencies } from "./bench/latency.ts";
import { BENCH, checkPlace, writeReport } from "./bench/markdown.ts";
import { type Bench, type Candidate, LOAD_CORE, measureRow } from "./bench/measure.ts";
import { measureMemory, MEMORY, type MemoryResult } from "./bench/memory.ts";
import { helpText, type Options, parseOptions, UsageError } from "./bench/options.ts";
import { compilePrograms } from "./bench/program.ts";
import { describeMachine, reportText } from "./bench/report.ts";
import { ROWS } from "./bench/rows.ts";
import { SERVERS } from "./bench/servers.ts";
import { sTimeOn } from "./bench/s_time.ts";
import { copyProgram, makeSite } from "./bench/site.ts";
import { measureStarts, type StartResult, STARTUP } from "./bench/startup.ts";
import { makeCertificate, tlsFiles } from "./bench/tls.ts";
import { tunnelOn } from "./bench/tunnel.ts";
import type { Lacks, Omission, Result } from "./bench/types.ts";
import { wrkOn } from "./bench/wrk.ts";

const CHOICES = {
  rows: [...ROWS.map(({ id }) => id), LATENCY, BESIDE, MEMORY, STARTUP],
  usualRows: [...ROWS.filter(({ onDemand }) => !onDemand).map(({ id }) => id), LATENCY, BESIDE],
  servers: SERVERS.map(({ id }) => id),
};

const say = (text: string) => console.error(text);

/** Exit status: 0 all was measured, 1 something failed, 2 wrong usage, 130 interrupted. */
async function main(args: readonly string[]): Promise<number> {
  const interruption = new AbortController();
  const onSignal = () => interruption.abort(new Error("interrupted"));
  try {
    const options = parseOptions(args, CHOICES);
    if (options.help) {
      console.log(helpText(CHOICES));
      return 0;
    }
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) Deno.addSignalListener(signal, onSignal);
    return await run(options, interruption.signal);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    say(`bench: ${error.message}`);
    if (interruption.signal.aborted) return 130;
    return error instanceof UsageError ? 2 : 1;
  }
}

async function run(options: Options, signal: AbortSignal): Promise<number> {
  const wrk = findTools();
  if (options.markdown !== undefined) await checkPlace(options.markdown, BENCH);
  const candidates = await findCandidates(options.servers);
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "webserv-bench-" }));
  try {
    // A server that gives up root's rights must reach the site.
    await Deno.chmod(folder, 0o755);
    const site = join(folder, "site");
    await makeSite(site);
    const main = await copyProgram(join(folder, "program"));
    const source = fromFileUrl(new URL("../main.ts", import.meta.url));
    const programs = join(folder, "cgi-bin");
    const certificates = join(folder, "tls");
    const lacks = lacksOf(await compilePrograms(programs), await makeCertificate(certificates));
    const { rounds, seconds } = options;
    const tls = tlsFiles(certificates);
    const loads = {
      wrk: wrkOn(LOAD_CORE, wrk, signal),
      curl: curlOn(LOAD_CORE, "curl", signal),
      first: firstOn(LOAD_CORE, "curl", signal),
      h2load: h2loadOn(LOAD_CORE, tls, signal),
      s_time: sTimeOn(LOAD_CORE, tls, signal),
      tunnel: tunnelOn(LOAD_CORE, programs, signal),
    };
    const bench = { folder, site, main, source, programs, lacks, loads, tls, rounds, seconds, signal, say };
    const measured = await measureAll(bench, options.rows, candidates);
    await report(options, candidates, measured);
    const { results, failures } = measured;
    return failures.length > 0 || results.some(({ median }) => median.errors.length > 0) ? 1 : 0;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What this machine lacks, by what hinders the compiling of a program and the making of a certificate. */
function lacksOf(cgi: string | undefined, tls: string | undefined): Lacks {
  const http2 = findExecutable("h2load") ? tls : "h2load is not installed (nghttp2-client)";
  return {
    ...backendLacks(cgi),
    ...(cgi !== undefined && { cgi }),
    ...(tls !== undefined && { tls }),
    ...(http2 !== undefined && { http2 }),
  };
}

/** The path of wrk; throws if a tool or a core is missing. */
function findTools(): string {
  const missing = ["taskset", "curl", "wrk"].filter((name) => findExecutable(name) === undefined);
  if (missing.length > 0) {
    throw new Error(`${missing.join(", ")} not found: on Debian, apt-get install util-linux curl wrk`);
  }
  if (navigator.hardwareConcurrency <= LOAD_CORE) {
    throw new Error("two cores are needed, one for the server and one for the load");
  }
  return findExecutable("wrk")!;
}

async function findCandidates(ids: readonly string[]): Promise<Candidate[]> {
  const candidates: Candidate[] = [];
  for (const peer of SERVERS.filter(({ id }) => ids.includes(id))) {
    const program = await peer.find();
    if (program) candidates.push({ peer, program });
    else say(`${peer.wants} is not installed: left out`);
  }
  return candidates;
}

/** All that came out. */
interface Findings {
  readonly results: Result[];
  readonly starts: StartResult[];
  readonly latencies: LatencyResult[];
  readonly besides: BesideResult[];
  readonly memories: MemoryResult[];
  readonly failures: Omission[];
  readonly omissions: Omission[];
}

async function measureAll(bench: Bench, ids: readonly string[], candidates: readonly Candidate[]) {
  const findings: Findings = {
    results: [],
    starts: [],
    latencies: [],
    besides: [],
    memories: [],
    failures: [],
    omissions: [],
  };
  for (const row of ROWS.filter(({ id }) => ids.includes(id))) {
    const measured = await measureRow(bench, row, candidates);
    findings.results.push(...measured.results);
    findings.failures.push(...measured.failures);
    findings.omissions.push(...measured.omissions);
  }
  if (ids.includes(LATENCY)) {
    const { results, failures, omissions } = await measureLatencies(bench, candidates);
    findings.latencies.push(...results);
    findings.failures.push(...failures);
    findings.omissions.push(...omissions);
  }
  if (ids.includes(BESIDE)) {
    const { results, failures, omissions } = await measureBeside(bench, candidates);
    findings.besides.push(...results);
    findings.failures.push(...failures);
    findings.omissions.push(...omissions);
  }
  if (ids.includes(MEMORY)) {
    const { results, failures, omissions } = await measureMemory(bench, candidates);
    findings.memories.push(...results);
    findings.failures.push(...failures);
    findings.omissions.push(...omissions);
  }
  if (ids.includes(STARTUP)) {
    const { results, failures } = await measureStarts(bench, candidates);
    findings.starts.push(...results);
    findings.failures.push(...failures);
  }
  return findings;
}

async function report(options: Options, candidates: readonly Candidate[], findings: Findings): Promise<void> {
  const machine = describeMachine();
  const { rounds, seconds, json, markdown } = options;
  const rows = ROWS.filter(({ id }) => options.rows.includes(id));
  const date = new Date().toISOString();
  const text = reportText({
    date: date.slice(0, 10),
    machine,
    rounds,
    seconds,
    rows,
    candidates,
    ...findings,
  });
  console.log(text);
  if (markdown !== undefined) await writeReport(markdown, text, BENCH);
  if (json === undefined) return;
  const versions = Object.fromEntries(candidates.map(({ peer, program }) => [peer.id, program.version]));
  const data = { date, machine, rounds, seconds, versions, ...findings };
  await Deno.writeTextFile(json, JSON.stringify(data, null, 2) + "\n");
}

if (import.meta.main) Deno.exit(await main(Deno.args));

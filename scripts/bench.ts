/**
 * `deno task bench`: measures the whole webserv against other servers in one run, by CPU time a request, and prints
 * Markdown. Each server runs alone on one core, the load on another. Everything is started here with a configuration
 * in a temporary folder, and is ended again, also on Ctrl-C.
 *
 * @module
 */
import { join } from "@std/path";
import { findExecutable } from "./bench/find.ts";
import { type Bench, type Candidate, type Failure, LOAD_CORE, measureRow } from "./bench/measure.ts";
import { helpText, type Options, parseOptions, UsageError } from "./bench/options.ts";
import { describeMachine, reportText } from "./bench/report.ts";
import { ROWS } from "./bench/rows.ts";
import { SERVERS } from "./bench/servers.ts";
import { copyProgram, makeSite } from "./bench/site.ts";
import type { Result } from "./bench/types.ts";
import { writeWrkScript, wrkOn } from "./bench/wrk.ts";

const CHOICES = { rows: ROWS.map(({ id }) => id), servers: SERVERS.map(({ id }) => id) };

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
  const candidates = await findCandidates(options.servers);
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "webserv-bench-" }));
  try {
    // A server that gives up root's rights must reach the site.
    await Deno.chmod(folder, 0o755);
    const site = join(folder, "site");
    await makeSite(site);
    const main = await copyProgram(join(folder, "program"));
    await writeWrkScript(folder);
    const { rounds, seconds } = options;
    const load = wrkOn(LOAD_CORE, wrk, signal);
    const bench = { folder, site, main, load, rounds, seconds, signal, say };
    const { results, failures } = await measureAll(bench, options.rows, candidates);
    await report(options, candidates, results, failures);
    return failures.length > 0 || results.some(({ median }) => median.errors.length > 0) ? 1 : 0;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
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

async function measureAll(bench: Bench, ids: readonly string[], candidates: readonly Candidate[]) {
  const results: Result[] = [], failures: Failure[] = [];
  for (const row of ROWS.filter(({ id }) => ids.includes(id))) {
    const measured = await measureRow(bench, row, candidates);
    results.push(...measured.results);
    failures.push(...measured.failures);
  }
  return { results, failures };
}

async function report(
  options: Options,
  candidates: readonly Candidate[],
  results: readonly Result[],
  failures: readonly Failure[],
): Promise<void> {
  const machine = describeMachine();
  const { rounds, seconds } = options;
  const rows = ROWS.filter(({ id }) => options.rows.includes(id));
  console.log(reportText({ machine, rounds, seconds, rows, candidates, results, failures }));
  if (options.json === undefined) return;
  const versions = Object.fromEntries(candidates.map(({ peer, program }) => [peer.id, program.version]));
  const data = { date: new Date().toISOString(), machine, rounds, seconds, versions, results, failures };
  await Deno.writeTextFile(options.json, JSON.stringify(data, null, 2) + "\n");
}

if (import.meta.main) Deno.exit(await main(Deno.args));

/**
 * `deno task soak`: everything that a server does, at a moderate rate and for hours, while its configuration is loaded
 * again and its logs are moved away; what it takes of its system is looked at all the time.
 *
 *     deno task soak [--minutes N] [--rate N] [--markdown FILE]
 *
 * Prints a report in Markdown, and writes it between the marks of a document if there is one. Exit status: 0 if memory is
 * flat, nothing was lost or wrong, and nothing was left behind; 1 otherwise; 2 wrong usage; 130 interrupted. With WEBSERV
 * set, that executable is soaked.
 *
 * @module
 */
import { join } from "@std/path";
import { makeCertificate, NO_TLS, type TestCertificate } from "../tests/support/certificates.ts";
import { launch, type Launched, temporaryFolder } from "../tests/support/launch.ts";
import { findExecutable } from "./bench/find.ts";
import { checkPlace, SOAK, writeReport } from "./bench/markdown.ts";
import { readCpu } from "./bench/proc.ts";
import { freePort } from "./bench/process.ts";
import { describeMachine } from "./bench/report.ts";
import { describe } from "./siege/health.ts";
import { MovedLog } from "./siege/moved_log.ts";
import { every } from "./siege/pace.ts";
import type { Tally } from "./siege/tally.ts";
import { endOf, restOf } from "./soak/end.ts";
import { growthOf } from "./soak/growth.ts";
import { kindsFor } from "./soak/kinds.ts";
import { runLoad, type Span } from "./soak/load.ts";
import { type Options, parseOptions } from "./soak/options.ts";
import { phaseAt } from "./soak/phases.ts";
import { reportText } from "./soak/report.ts";
import { type Counts, lookAt, type Sample } from "./soak/samples.ts";
import { configuration, makeSite, type SiteOptions } from "./soak/site.ts";
import { startUpstreams } from "./soak/upstream.ts";
import { type Findings, verdictOf } from "./soak/verdict.ts";
import { SAMPLES, watch } from "./soak/watch.ts";

const MINUTE = 60_000;

/** How often the configuration is loaded again and the logs are moved away, in milliseconds: more often in a short soak. */
const CHANGES = { most: MINUTE, least: 1000, part: 1 / 15 };

/** How long all is quiet at the end, in milliseconds: longer than the server's time-outs. A short soak waits less. */
const QUIET = { most: 15_000, part: 1 / 20 };

/** Files that a round leaves behind itself at the most if a reload has reset its connection, which is none of a server's faults. */
const FILES_A_ROUND = 4;

/** How many lines say how it goes while it goes. */
const LINES = 20;

function usageError(message: string): never {
  console.error(`soak: ${message}`);
  Deno.exit(2);
}

const interruption = new AbortController();
const options = parseOptions(Deno.args, usageError);
if (Deno.build.os !== "linux") usageError("only Linux says what a process takes");
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  Deno.addSignalListener(signal, () => interruption.abort());
}
try {
  Deno.exit(await soak(options, interruption.signal));
} catch (error) {
  if (!(error instanceof Error)) throw error;
  console.error(`soak: ${error.message}`);
  Deno.exit(1);
}

async function soak({ minutes, rate, markdown }: Options, interrupted: AbortSignal): Promise<number> {
  if (markdown !== undefined) await checkPlace(markdown, SOAK);
  await using folder = await temporaryFolder();
  await using upstreams = startUpstreams();
  const certificate = NO_TLS ? undefined : await makeCertificate(folder.path, "certificate");
  const site = siteOptions(upstreams, certificate);
  await makeSite(folder.path);
  const file = join(folder.path, "webserv.yaml"), temporary = join(folder.path, "tmp");
  Deno.writeTextFileSync(file, configuration(site, 0, false));
  await using server = launch(["serve", "-c", file], { env: { TMPDIR: temporary } });
  await server.port();
  await wake(site);
  const ports = [site.port, ...site.tls === undefined ? [] : [site.tls.port]];
  const before = lookAt(server.pid, ports), cpu = readCpu(server.pid);
  let status: number | undefined;
  void server.status.then((code) => status = code);
  const total = minutes * MINUTE, start = performance.now(), end = start + total;
  const span: Span = {
    end,
    goesOn: () => performance.now() < end && status === undefined && !interrupted.aborted,
  };
  const logs = ["access.log", "error.log"].map((name) => new MovedLog(join(folder.path, name)));
  const tallies = new Map<string, Tally>(), own = [Deno.memoryUsage().rss, 0] as [number, number];
  const changes = changesOf(site, file, server, () => (performance.now() - start) / total);
  const interval = Math.max(CHANGES.least, Math.min(CHANGES.most, total * CHANGES.part));
  const kinds = kindsFor({ ...site, folder: folder.path, trusted: certificate?.certificate });
  const [samples] = await Promise.all([
    watch({ pid: server.pid, ports, counts: () => countsOf(tallies), say: sayEvery(LINES) }, span),
    runLoad(kinds, rate, () => changes.last, span, tallies),
    every(interval, span.goesOn, changes.reload),
    every(interval, span.goesOn, () => logs.forEach((log) => log.moveAway())),
  ]);
  own[1] = Deno.memoryUsage().rss;
  if (interrupted.aborted) return 130;
  const isRunning = status === undefined;
  const used = isRunning ? readCpu(server.pid) - cpu : NaN;
  const after = isRunning
    ? await restOf(server.pid, ports, before, Math.min(QUIET.most, total * QUIET.part))
    : undefined;
  const resets = [...tallies.values()].reduce((sum, { reset }) => sum + reset, 0);
  const { ending, leftovers } = await endOf(server, folder.path, before, after, resets * FILES_A_ROUND);
  logs.forEach((log) => log.end());
  const missed = logs.reduce((sum, { notReopened }) => sum + notReopened, 0);
  const findings: Findings = {
    date: new Date().toISOString().slice(0, 10),
    machine: describeMachine(),
    server: Deno.env.get("WEBSERV") ? "The executable" : `main.ts with Deno ${Deno.version.deno}`,
    minutes,
    rate,
    omissions: [
      ...site.hasPhp ? [] : ["PHP by FastCGI (php-cgi is not installed)"],
      ...site.tls === undefined ? ["TLS (this server cannot speak it)"] : [],
    ],
    samples,
    growth: growthOf(samples, total),
    tallies,
    before,
    after,
    cpu: used,
    reloads: changes.count,
    rotations: logs[0]!.rotations,
    accessLines: logs[0]!.lines,
    errorLines: logs[1]!.lines,
    ending,
    leftovers: [...leftovers, ...missed > 0 ? [`${missed} logs not opened again`] : []],
    own,
  };
  const { text, isGood } = verdictOf(findings), report = reportText(findings);
  console.log(report);
  if (markdown !== undefined) await writeReport(markdown, report, SOAK);
  console.log(`\nsoak: ${text}`);
  return isGood ? 0 : 1;
}

function siteOptions(
  { port: upstream, droppingPort: dropping }: { readonly port: number; readonly droppingPort: number },
  certificate: TestCertificate | undefined,
): SiteOptions {
  return {
    port: freePort(),
    tls: certificate &&
      { port: freePort(), certificate: certificate.certificateFile, key: certificate.keyFile },
    upstream,
    dropping,
    hasPhp: findExecutable("php-cgi") !== undefined,
  };
}

/** Has the server start what it starts when it is first asked, so that this is there before the load. */
async function wake({ port, hasPhp }: SiteOptions): Promise<void> {
  for (const path of ["/small.txt", ...hasPhp ? ["/php/hello.php?n=1"] : []]) {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: "close" } });
    await answer.body?.cancel();
    if (!answer.ok) throw new Error(`${path} is answered ${answer.status} before the load`);
  }
}

/** Loads another configuration each time: taken up by the workers that are there, or by new ones, as the phase wants it. */
function changesOf(site: SiteOptions, file: string, server: Launched, part: () => number) {
  let hasOther = false;
  const changes = {
    count: 0,
    /** When the last one was, by performance.now(). */
    last: -Infinity,
    reload: () => {
      hasOther = phaseAt(part()).replaces ? !hasOther : hasOther;
      Deno.writeTextFileSync(file, configuration(site, ++changes.count, hasOther));
      server.kill("SIGHUP");
      changes.last = performance.now();
    },
  };
  return changes;
}

function countsOf(tallies: ReadonlyMap<string, Tally>): Counts {
  const all = [...tallies.values()];
  const total = (key: keyof Counts) => all.reduce((sum, tally) => sum + tally[key], 0);
  return { requests: total("requests"), lost: total("lost"), wrong: total("wrong") };
}

/** Says every so many of the samples' part how it is, on standard error. */
function sayEvery(lines: number): (sample: Sample) => void {
  let count = 0;
  const every = Math.max(1, Math.round(SAMPLES / lines));
  return (sample) => {
    if (++count % every !== 0) return;
    const { time, requests, lost, wrong, connections } = sample;
    console.error(
      `${(time / MINUTE).toFixed(1)} min: ${describe(sample)}, ${connections} connections; ` +
        `${requests} answers, ${lost} lost, ${wrong} wrong`,
    );
  };
}

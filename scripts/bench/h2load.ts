/**
 * The load program h2load, for HTTP/2 and for HTTP/1.1 with the same client. Its own numbers are rounded for people,
 * but for those in parentheses; the latency comes from its log of every answer.
 *
 * @module
 */
import { join } from "@std/path";
import { runPinned } from "./process.ts";
import { loadEnvironment } from "./tls.ts";
import type { Alpn, Load, LoadProgram, TlsFiles } from "./types.ts";

/** What one run is to be. */
export interface H2loadOptions {
  readonly url: string;
  readonly protocol: Alpn;
  readonly connections: number;
  /** At the same time on each connection. */
  readonly streams: number;
  readonly milliseconds: number;
  readonly fields: readonly string[];
  /** Where every answer is noted. */
  readonly log: string;
}

/** h2load's command line. */
export function h2loadArguments(options: H2loadOptions): string[] {
  const { url, protocol, connections, streams, milliseconds, fields, log } = options;
  return [
    ...["--threads=1", `--clients=${connections}`, `--max-concurrent-streams=${streams}`],
    ...[`--duration=${milliseconds}ms`, `--log-file=${log}`],
    ...(protocol === "h2" ? [] : ["--h1"]),
    ...fields.map((field) => `--header=${field}`),
    url,
  ];
}

/** The times of all answers in milliseconds, sorted: a line of the log has the start, the status, the microseconds. */
export function parseLog(log: string): Float64Array {
  const lines = log.split("\n").filter((line) => line !== "");
  const times = Float64Array.from(lines, (line) => Number(line.split("\t")[2]) / 1000);
  if (times.some(Number.isNaN)) throw new Error("h2load's log has a line without a time");
  return times.sort();
}

/** The value that so much of the sorted ones are not above. */
export function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.ceil(sorted.length * share) - 1] ?? NaN;
}

/** Takes h2load's output apart. The bytes are those of content alone, since heads are compressed. */
export function parseH2load(output: string, times: Float64Array, seconds: number): Load {
  const requests = /^requests: .* (\d+) done, (\d+) succeeded, (\d+) failed, (\d+) errored, (\d+) timeout/m
    .exec(output);
  const statuses = /^status codes: \d+ 2xx, \d+ 3xx, (\d+) 4xx, (\d+) 5xx/m.exec(output);
  const content = /, [^,]*\((\d+)\) data/.exec(output);
  if (!requests || !statuses || !content) {
    throw new Error(`h2load did not say what it measured: "${output.trim()}"`);
  }
  const [done, , , errored, timedOut] = requests.slice(1).map(Number);
  return {
    requests: done!,
    seconds,
    bytes: Number(content[1]),
    p99: quantile(times, 0.99),
    failures: Number(statuses[1]) + Number(statuses[2]),
    socketErrors: errored! + timedOut!,
  };
}

/** Runs it once. The log is removed. */
export async function runH2load(
  core: number,
  options: H2loadOptions,
  tls: TlsFiles,
  signal: AbortSignal,
): Promise<{ output: string; times: Float64Array }> {
  const args = h2loadArguments(options);
  const cwd = join(options.log, "..");
  const output = await runPinned({
    cores: String(core),
    program: "h2load",
    args,
    cwd,
    env: loadEnvironment(tls),
    signal,
  });
  const times = parseLog(await Deno.readTextFile(options.log));
  await Deno.remove(options.log);
  return { output, times };
}

/** Puts h2load on a core. */
export function h2loadOn(core: number, tls: TlsFiles, signal: AbortSignal): LoadProgram {
  return async ({ row, url, fields, folder, setup }, seconds) => {
    const options = {
      url,
      protocol: setup.tls ?? "http/1.1",
      connections: row.connections,
      streams: row.streams ?? 1,
      milliseconds: seconds * 1000,
      fields,
      log: join(folder, "h2load.log"),
    };
    const { output, times } = await runH2load(core, options, tls, signal);
    return parseH2load(output, times, seconds);
  };
}

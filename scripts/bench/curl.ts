/**
 * The load program curl, for files that wrk would have to keep in memory: sends one file after the other.
 *
 * @module
 */
import { join } from "@std/path";
import { runPinned } from "./process.ts";
import { PUT_NAMES } from "./setup.ts";
import type { Load, LoadProgram } from "./types.ts";

/** What curl says of every answer. */
const FORMAT = "%{http_code} %{size_header} %{size_download} %{time_total}\\n";

/** curl's command line: the row's file under every name. */
export function curlArguments(file: string, url: string, fields: readonly string[]): string[] {
  const urls = Array.from({ length: PUT_NAMES }, (_, index) => `${url}${index + 1}`);
  return [
    ...["--silent", "--show-error", "--user-agent", "", "--header", "Accept:", "--header", "Expect:"],
    ...["--write-out", FORMAT, "--output", "/dev/null"],
    ...fields.flatMap((field) => ["--header", field]),
    ...urls.flatMap((address) => ["--upload-file", file, address]),
  ];
}

/** Takes the lines that curl wrote apart. */
export function parseCurl(output: string, seconds: number): Load {
  const lines = output.trim().split("\n").map((line) => line.split(" ").map(Number));
  if (lines.some((numbers) => numbers.length !== 4 || numbers.some(Number.isNaN))) {
    throw new Error(`curl did not say what it measured: "${output.trim()}"`);
  }
  const times = lines.map(([, , , time]) => time! * 1000).toSorted((a, b) => a - b);
  return {
    requests: lines.length,
    seconds,
    bytes: lines.reduce((sum, [, head, content]) => sum + head! + content!, 0),
    p99: times[Math.ceil(times.length * 0.99) - 1]!,
    failures: lines.filter(([status]) => status! >= 400).length,
    socketErrors: 0,
  };
}

/** Puts curl on a core. Every round of names is sent whole, so a run may be longer than it was asked to be. */
export function curlOn(core: number, curl: string, signal: AbortSignal): LoadProgram {
  return async ({ row, url, fields, folder, site }, seconds) => {
    const args = curlArguments(join(site, row.puts!), url, fields);
    const start = performance.now();
    let output = "", elapsed = 0;
    while (elapsed < seconds) {
      output += await runPinned({ cores: String(core), program: curl, args, cwd: folder, signal });
      elapsed = (performance.now() - start) / 1000;
    }
    return parseCurl(output, elapsed);
  };
}

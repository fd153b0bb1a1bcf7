/**
 * The load program wrk: its arguments, the script that makes it say exact numbers, and what it said.
 *
 * @module
 */
import { join } from "@std/path";
import { runPinned } from "./process.ts";
import { FILES } from "./rows.ts";
import { PUT_NAMES } from "./setup.ts";
import { loadEnvironment } from "./tls.ts";
import type { Load, LoadProgram, Row, Target } from "./types.ts";

/** The mark of our line among wrk's own. */
const MARK = "webserv-bench ";

/**
 * wrk rounds its numbers for people (`95.37MB read`), so a script prints them whole. It has no `request` or `response`
 * function, so it costs nothing during the run; {@link putScript} adds one.
 */
export const WRK_SCRIPT = `done = function(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\\n${MARK}{"requests":%.0f,"microseconds":%.0f,"bytes":%.0f,"p99":%.0f,' ..
      '"status":%.0f,"connect":%.0f,"read":%.0f,"write":%.0f,"timeout":%.0f}\\n',
    summary.requests, summary.duration, summary.bytes, latency:percentile(99),
    errors.status, errors.connect, errors.read, errors.write, errors.timeout))
end
`;

/**
 * What makes wrk send files by PUT, under several names in turn. All requests are made before the run.
 *
 * @param length of the file, in bytes
 */
export function putScript(path: string, length: number): string {
  return `local requests, last = {}, 0
init = function()
  local body = string.rep("a", ${length})
  for i = 1, ${PUT_NAMES} do requests[i] = wrk.format("PUT", "${path}" .. i, nil, body) end
end
request = function()
  last = last % ${PUT_NAMES} + 1
  return requests[last]
end
`;
}

const NUMBERS = [
  "requests",
  "microseconds",
  "bytes",
  "p99",
  "status",
  "connect",
  "read",
  "write",
  "timeout",
] as const;

/** wrk's command line. Its own time-out of 2 s would count long answers on a slow server as errors. */
export function wrkArguments(
  row: Row,
  url: string,
  fields: readonly string[],
  seconds: number,
  script: string,
) {
  return [
    "--threads=1",
    `--connections=${row.connections}`,
    `--duration=${seconds}s`,
    "--timeout=60s",
    "--latency",
    `--script=${script}`,
    ...fields.flatMap((field) => ["-H", field]),
    url,
  ];
}

/** Takes wrk's output apart. */
export function parseWrk(output: string): Load {
  const start = output.indexOf(MARK);
  if (start < 0) throw new Error(`wrk did not say what it measured: "${output.trim()}"`);
  const [json = ""] = output.slice(start + MARK.length).split("\n");
  const numbers = decodeNumbers(JSON.parse(json));
  return {
    requests: numbers.requests,
    seconds: numbers.microseconds / 1e6,
    bytes: numbers.bytes,
    p99: numbers.p99 / 1000,
    failures: numbers.status,
    socketErrors: numbers.connect + numbers.read + numbers.write + numbers.timeout,
  };
}

function decodeNumbers(value: unknown): Record<(typeof NUMBERS)[number], number> {
  const given: Readonly<Record<string, unknown>> = { ...Object(value) };
  const entries = NUMBERS.map((name) => {
    const number = given[name];
    if (typeof number !== "number") throw new Error(`wrk did not say "${name}"`);
    return [name, number] as const;
  });
  return Object.fromEntries(entries) as Record<(typeof NUMBERS)[number], number>;
}

/** Puts wrk on a core. */
export function wrkOn(core: number, wrk: string, signal: AbortSignal): LoadProgram {
  return async ({ row, url, fields, folder, tls }: Target, seconds: number) => {
    const script = join(folder, `${row.id}.lua`);
    await Deno.writeTextFile(script, scriptFor(row));
    const args = wrkArguments(row, url, fields, seconds, script);
    const env = loadEnvironment(tls);
    return parseWrk(await runPinned({ cores: String(core), program: wrk, args, cwd: folder, env, signal }));
  };
}

function scriptFor({ path, puts }: Row): string {
  return puts === undefined ? WRK_SCRIPT : putScript(path, FILES[puts]!) + WRK_SCRIPT;
}

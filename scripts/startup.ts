/**
 * How long the executable takes to start: `deno run -A scripts/startup.ts [--runs N] [EXECUTABLE]`, without one that of
 * this machine in dist/. Each start is in an empty folder with an empty environment and ends with the first answer.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { fromFileUrl, join, resolve } from "@std/path";
import { fileName, planBuilds } from "./compile/plan.ts";

const RUNS = 15;

/** Times since the start of the program, in milliseconds. */
interface Start {
  readonly listening: number;
  readonly answered: number;
}

/** Starts it, asks once, and ends it. */
async function measure(executable: string, folder: string): Promise<Start> {
  const begin = performance.now();
  const child = new Deno.Command(executable, {
    args: ["--port", "0", "--quiet", folder],
    cwd: folder,
    clearEnv: true,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const port = await listeningPort(child.stderr);
  const listening = performance.now() - begin;
  await firstAnswer(port);
  const answered = performance.now() - begin;
  child.kill("SIGTERM");
  await child.status;
  return { listening, answered };
}

async function listeningPort(stderr: ReadableStream<Uint8Array>): Promise<number> {
  let said = "";
  // Left open behind the line, so that the program can say more.
  for await (const text of stderr.pipeThrough(new TextDecoderStream()).values({ preventCancel: true })) {
    said += text;
    const [, port] = /listening on http:\/\/\S*:(\d+)\/\n/.exec(said) ?? [];
    if (port !== undefined) return Number(port);
  }
  throw new Error(`the executable ended before it listened; it said: ${said}`);
}

async function firstAnswer(port: number): Promise<void> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(
    new TextEncoder().encode("GET /index.html HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"),
  );
  const buffer = new Uint8Array(1024);
  const count = await connection.read(buffer) ?? 0;
  const answer = new TextDecoder().decode(buffer.subarray(0, count));
  if (!answer.startsWith("HTTP/1.1 200 ")) throw new Error(`the executable answered: ${answer}`);
}

/** The middle one of an odd number of times. */
function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[times.length >> 1]!;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    args: Deno.args,
    options: { runs: { type: "string" } },
    allowPositionals: true,
  });
  const runs = Number(values.runs ?? RUNS);
  const [build] = planBuilds({ all: false, target: undefined, here: Deno.build.target });
  const root = fromFileUrl(new URL("../", import.meta.url));
  const executable = resolve(positionals[0] ?? join(root, "dist", fileName(build!.target)));
  const { size } = await Deno.stat(executable);
  const folder = await Deno.makeTempDir({ prefix: "webserv-startup-" });
  const starts: Start[] = [];
  try {
    await Deno.writeTextFile(join(folder, "index.html"), "<h1>Hello</h1>\n");
    await measure(executable, folder);
    for (let run = 0; run < runs; run++) starts.push(await measure(executable, folder));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  const answered = starts.map((start) => start.answered);
  console.log(`${executable}
size             ${(size / 2 ** 20).toFixed(1)} MiB
listening after  ${median(starts.map((start) => start.listening)).toFixed(0)} ms
first answer     ${median(answered).toFixed(0)} ms (median of ${runs} starts; ${
    Math.min(...answered).toFixed(0)
  } to ${Math.max(...answered).toFixed(0)})`);
}

if (import.meta.main) await main();

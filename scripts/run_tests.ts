/**
 * `deno task test`: runs the tests with few lines: a mark for each test (`.` passed, `,` not run here, `!` failed), what
 * failed, the summary, and which tests were not run. All arguments go to `deno test`; its exit status is ours.
 *
 *     deno task test [--filter WORD] [FILE]...
 *
 * @module
 */
import { join } from "@std/path";
import { MarkRows } from "./run_tests/mark_rows.ts";
import { ignoredTests } from "./run_tests/report.ts";
import { storageFor } from "./run_tests/storage.ts";

/**
 * Tests let workers die on purpose, and the runtime prints a trace of each; why one has died is in what the test looks
 * at. All else that is an error is printed. Where somebody sets DENO_LOG, that holds.
 */
const LOG = Deno.env.get("DENO_LOG") ?? "error,deno_runtime::web_worker=off";

/**
 * Types are for `deno task check`: here each worker's modules would be checked once more while a test waits for it, and
 * of a module that is missing on purpose an error be printed.
 */
const NO_CHECK = "--no-check";

/**
 * One file more at one time than there are cores: many a test waits for a program or a deadline, and the runtime's own
 * number leaves the cores idle meanwhile. With twice as many, deadlines were missed. Where somebody sets DENO_JOBS, that
 * holds.
 */
const JOBS = Deno.env.get("DENO_JOBS") ?? String(navigator.hardwareConcurrency + 1);

/** Its own, so that nobody else fetches the browser's driver: `deno task` fetches whatever stands in deno.lock. */
const LOCK = "--lock=tests/deno.lock";

async function main(): Promise<number> {
  const folder = await Deno.makeTempDir({ prefix: "webserv-tests-" });
  try {
    const report = join(folder, "report.xml");
    await using storage = await storageFor(Deno.args);
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        "test",
        "-A",
        NO_CHECK,
        "--parallel",
        "--quiet",
        LOCK,
        "--reporter=dot",
        `--junit-path=${report}`,
        ...Deno.args,
      ],
      env: { DENO_LOG: LOG, DENO_JOBS: JOBS, ...storage.env },
      stdout: "piped",
    }).spawn();
    // It says what it was at, and ends: by itself on Ctrl+C, which reaches both.
    Deno.addSignalListener("SIGINT", () => {});
    if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", () => child.kill("SIGINT"));
    const rows = new MarkRows(print);
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) rows.add(text);
    rows.end();
    const { code, signal } = await child.status;
    if (signal) console.error(`the tests were ended by ${signal}`);
    // The report takes what a filter leaves out for the same.
    if (!Deno.args.some((arg) => arg.startsWith("--filter"))) {
      for (const name of ignoredTests(await readReport(report))) console.log(`not run here: ${name}`);
    }
    return code;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** No more is read than can be written. */
function print(text: string): void {
  let bytes = new TextEncoder().encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(Deno.stdout.writeSync(bytes));
}

/** Empty if the tests did not come so far. */
async function readReport(file: string): Promise<string> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

if (import.meta.main) Deno.exit(await main());

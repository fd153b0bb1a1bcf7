/**
 * Starts the program with any arguments in any folder, for tests of the command line itself.
 *
 * @module
 */
import { end, Output, program } from "./server.ts";

/** The program, running. Disposal ends it. */
export interface Launched extends AsyncDisposable {
  readonly pid: number;
  readonly status: Promise<number>;
  /** Standard output and standard error so far, each by itself. */
  output(): { stdout: string; stderr: string };
  /** The part of standard error that matches, as soon as there is one. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  /** The port of the first address that it listens on. */
  port(): Promise<number>;
  kill(signal: Deno.Signal): void;
}

/** A folder that is there until it is disposed of. */
export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await Deno.realPath(await Deno.makeTempDir({ prefix: "webserv-test-" }));
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** Starts the program. */
export function launch(
  args: readonly string[],
  options: { cwd?: string; clearEnv?: boolean; env?: Record<string, string> } = {},
): Launched {
  const [command, ...rest] = program();
  const child = new Deno.Command(command!, {
    args: [...rest, ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    ...options,
  }).spawn();
  const said = new Output(child);
  const says = async (pattern: RegExp) => {
    await said.waitFor(pattern, ["stderr"]);
    return pattern.exec(said.stderr)!;
  };
  return {
    pid: child.pid,
    status: said.status,
    output: () => ({ stdout: said.stdout, stderr: said.stderr }),
    says,
    port: async () => Number((await says(/listening on http:\/\/\S*:(\d+)\/\n/))[1]),
    kill: (signal) => child.kill(signal),
    async [Symbol.asyncDispose]() {
      await end(child);
      await said.status;
    },
  };
}

/**
 * Starts the program with any arguments in any folder, for tests of the command line itself.
 *
 * @module
 */
import { program } from "./server.ts";

/** How long the program may take to say what is waited for, and to stop. */
const PATIENCE = 20_000;

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
  const texts = { stdout: "", stderr: "" };
  let heard = Promise.withResolvers<void>();
  const collect = async (name: "stdout" | "stderr") => {
    for await (const text of child[name].pipeThrough(new TextDecoderStream())) {
      texts[name] += text;
      heard.resolve();
      heard = Promise.withResolvers();
    }
  };
  const collected = Promise.all([collect("stdout"), collect("stderr")]);
  const status = child.status.then(async ({ code }) => {
    await collected;
    return code;
  });
  const kill = (signal: Deno.Signal) => {
    try {
      child.kill(signal);
    } catch {
      // It has ended already.
    }
  };

  const says = async (pattern: RegExp) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<"late">((resolve) => timer = setTimeout(() => resolve("late"), PATIENCE));
    const ended = status.then(() => "ended" as const);
    try {
      for (;;) {
        const next = heard.promise;
        const match = pattern.exec(texts.stderr);
        if (match) return match;
        const why = await Promise.race([next, late, ended]);
        if (why !== undefined && !pattern.test(texts.stderr)) {
          throw new Error(`${why} before ${pattern} was said; it said: ${texts.stderr}`);
        }
      }
    } finally {
      clearTimeout(timer);
    }
  };

  return {
    pid: child.pid,
    status,
    output: () => ({ ...texts }),
    says,
    port: async () => Number((await says(/listening on http:\/\/\S*:(\d+)\/\n/))[1]),
    kill,
    async [Symbol.asyncDispose]() {
      kill("SIGTERM");
      const timers = [
        setTimeout(() => kill("SIGTERM"), 200),
        setTimeout(() => kill("SIGKILL"), PATIENCE),
      ];
      await status;
      timers.forEach(clearTimeout);
    },
  };
}

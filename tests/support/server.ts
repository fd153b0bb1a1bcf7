/**
 * Starts the real program for a test and ends it again: `await using server = await startServer(...)`. With WEBSERV
 * set, that executable is tested instead of main.ts.
 *
 * @module
 */
import { fromFileUrl, join } from "@std/path";

const ROOT = fromFileUrl(new URL("../../", import.meta.url));

/** How long the program may take to listen, and to stop. */
const PATIENCE = 20_000;

export interface ServerOptions {
  /** Written to a webserv.yaml in the folder, with `LISTEN` replaced by an address with port 0. */
  readonly config?: string;
  /** Further arguments. */
  readonly args?: readonly string[];
  /** Files to make in the folder, by path. A value of null makes a folder. */
  readonly files?: Readonly<Record<string, string | Uint8Array | null>>;
  readonly env?: Readonly<Record<string, string>>;
}

/** A running server in a folder of its own. */
export interface TestServer extends AsyncDisposable {
  readonly folder: string;
  readonly pid: number;
  /** Of the first address that it listens on. */
  readonly port: number;
  readonly ports: readonly number[];
  readonly url: string;
  /** All of standard output and standard error so far. */
  output(): { stdout: string; stderr: string };
  /** Resolves when standard output or standard error has the text. */
  waitFor(text: string | RegExp): Promise<void>;
  kill(signal: Deno.Signal): void;
  /** Resolves with the exit status; the folder is kept until disposal. */
  readonly status: Promise<number>;
}

/** The program's words, without options. */
export function program(): string[] {
  const executable = Deno.env.get("WEBSERV");
  return executable ? [executable] : [Deno.execPath(), "run", "-A", "--no-lock", join(ROOT, "main.ts")];
}

/** Runs the program to its end. */
export async function runProgram(
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string> } = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const [command, ...rest] = program();
  const output = await new Deno.Command(command!, {
    args: [...rest, ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    ...options,
  }).output();
  const decoder = new TextDecoder();
  return { code: output.code, stdout: decoder.decode(output.stdout), stderr: decoder.decode(output.stderr) };
}

/** Makes files below a folder. */
export async function writeFiles(folder: string, files: NonNullable<ServerOptions["files"]>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    if (content === null) {
      await Deno.mkdir(path, { recursive: true });
      continue;
    }
    await Deno.mkdir(join(path, ".."), { recursive: true });
    if (typeof content === "string") await Deno.writeTextFile(path, content);
    else await Deno.writeFile(path, content);
  }
}

/** Starts the program with a configuration, or on a folder, and waits until it listens. */
export async function startServer(options: ServerOptions = {}): Promise<TestServer> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "webserv-test-" }));
  await writeFiles(folder, options.files ?? {});
  const args = ["serve", ...(options.args ?? [])];
  if (options.config !== undefined) {
    const text = options.config.replaceAll("LISTEN", '"127.0.0.1:0"');
    await Deno.writeTextFile(join(folder, "webserv.yaml"), text);
    args.push("-c", join(folder, "webserv.yaml"));
  } else args.push("--port", "0", folder);
  const [command, ...rest] = program();
  const child = new Deno.Command(command!, {
    args: [...rest, ...args],
    cwd: folder,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    ...(options.env && { env: options.env }),
  }).spawn();
  const stdout = new Collector(child.stdout), stderr = new Collector(child.stderr);
  const status = child.status.then(({ code }) => code);
  const dispose = async () => {
    tryKill(child, "SIGTERM");
    // A second one ends it at once, whatever is still running.
    const timers = [
      setTimeout(() => tryKill(child, "SIGTERM"), 200),
      setTimeout(() => tryKill(child, "SIGKILL"), PATIENCE),
    ];
    await status;
    timers.forEach(clearTimeout);
    await Promise.all([stdout.done, stderr.done]);
    await Deno.remove(folder, { recursive: true });
  };
  try {
    await stderr.waitFor(/listening on .*\n/, status);
  } catch (error) {
    await dispose();
    throw error;
  }
  const ports = [...stderr.text.matchAll(/listening on http:\/\/\S*:([0-9]+)\//g)].map(([, port]) =>
    Number(port)
  );
  return {
    folder,
    pid: child.pid,
    port: ports[0]!,
    ports,
    url: `http://127.0.0.1:${ports[0]}`,
    output: () => ({ stdout: stdout.text, stderr: stderr.text }),
    waitFor: async (text) => {
      const found = new AbortController();
      try {
        await Promise.any([stdout, stderr].map((stream) => stream.waitFor(text, status, found.signal)));
      } finally {
        found.abort();
      }
    },
    kill: (signal) => child.kill(signal),
    status,
    [Symbol.asyncDispose]: dispose,
  };
}

function tryKill(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch {
    // It has ended already.
  }
}

/** Collects what a stream says. */
class Collector {
  text = "";
  readonly done: Promise<void>;
  #listeners = new Set<() => void>();

  constructor(stream: ReadableStream<Uint8Array>) {
    this.done = this.#collect(stream);
  }

  /** @param over nobody waits any more */
  async waitFor(wanted: string | RegExp, ended: Promise<number>, over?: AbortSignal): Promise<void> {
    const isThere = () => typeof wanted === "string" ? this.text.includes(wanted) : wanted.test(this.text);
    if (isThere()) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const listener = () => isThere() && resolve();
    const failure = (why: string) =>
      reject(new Error(`${why} before ${wanted} was said; it said: ${this.text}`));
    const timer = setTimeout(() => failure("the time was over"), PATIENCE);
    void ended.then(() => this.done).then(() => isThere() || failure("the program ended"));
    this.#listeners.add(listener);
    over?.addEventListener("abort", () => resolve(), { once: true });
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.#listeners.delete(listener);
    }
  }

  async #collect(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const bytes of stream) {
      this.text += decoder.decode(bytes, { stream: true });
      for (const listener of this.#listeners) listener();
    }
  }
}

/**
 * Starts the real program for a test and ends it again: `await using server = await startServer(...)`. With WEBSERV
 * set, that executable is tested instead of main.ts.
 *
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import { rememberServer } from "./explained.ts";
import { PATIENCE, waitUntil } from "./wait.ts";

const ROOT = fromFileUrl(new URL("../../", import.meta.url));

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

/** True if there is a file of this name. */
export function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
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
  const said = new Output(child);
  const dispose = async () => {
    await end(child);
    await said.status;
    await Deno.remove(folder, { recursive: true });
  };
  try {
    await said.waitFor(/listening on .*\n/);
  } catch (error) {
    await dispose();
    throw error;
  }
  const ports = [...said.stderr.matchAll(/listening on https?:\/\/\S*:([0-9]+)\//g)].map(([, port]) =>
    Number(port)
  );
  await rememberServer(args, ports);
  return {
    folder,
    pid: child.pid,
    port: ports[0]!,
    ports,
    url: `http://127.0.0.1:${ports[0]}`,
    output: () => ({ stdout: said.stdout, stderr: said.stderr }),
    waitFor: (text) => said.waitFor(text),
    kill: (signal) => child.kill(signal),
    status: said.status,
    [Symbol.asyncDispose]: dispose,
  };
}

/** Has a program end: it is asked to, then told to, and killed if it does not heed that either. */
export async function end(child: Deno.ChildProcess): Promise<void> {
  const signal = (name: Deno.Signal) => {
    try {
      child.kill(name);
    } catch {
      // It has ended already.
    }
  };
  signal("SIGTERM");
  // A second one ends it at once, whatever is still running; one that comes with the first is lost in it.
  const again = setInterval(() => signal("SIGTERM"), 200);
  const last = setTimeout(() => signal("SIGKILL"), PATIENCE);
  await child.status;
  clearInterval(again);
  clearTimeout(last);
}

/** What a program says on standard output and standard error. */
export class Output {
  stdout = "";
  stderr = "";
  /** The exit status, when all is said. */
  readonly status: Promise<number>;
  #ended = false;

  constructor(child: Deno.ChildProcess) {
    const collected = Promise.all(STREAMS.map((name) => this.#collect(child, name)));
    this.status = child.status.then(async ({ code }) => {
      await collected;
      this.#ended = true;
      return code;
    });
  }

  /**
   * Resolves when one of them has the text.
   *
   * @throws {Error} if the program ends before
   */
  async waitFor(text: string | RegExp, streams: readonly ("stdout" | "stderr")[] = STREAMS): Promise<void> {
    const isThere = (said: string) => typeof text === "string" ? said.includes(text) : text.test(said);
    const isSaid = () => streams.some((name) => isThere(this[name]));
    const what = () => `${text} was said; it said: ${this.stdout}${this.stderr}`;
    await waitUntil(() => isSaid() || this.#ended, what);
    if (!isSaid()) throw new Error(`It ended before ${what()}`);
  }

  async #collect(child: Deno.ChildProcess, name: "stdout" | "stderr"): Promise<void> {
    for await (const text of child[name].pipeThrough(new TextDecoderStream())) this[name] += text;
  }
}

const STREAMS = ["stdout", "stderr"] as const;

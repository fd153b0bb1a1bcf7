/**
 * Starts programs on one core and ends them by their pid, with all that they started.
 *
 * @module
 */
import { readTree } from "./proc.ts";
import { sleep } from "./sleep.ts";

/** How long a server may take to accept connections, and to end when asked, in milliseconds. */
const START_PATIENCE = 20_000;
const STOP_PATIENCE = 3_000;

/** How often a server that starts is asked whether it listens, in milliseconds. */
const PATIENT = 20;

export interface PinnedOptions {
  /** The cores that it may use, as taskset wants them: `0` or `0,1`. */
  readonly cores: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Ends it at once. */
  readonly signal: AbortSignal;
}

/** A port of 127.0.0.1, or a socket with a path. */
export type Address = number | { readonly path: string };

/** A server that runs until disposal. */
export class ServerProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #said: Promise<string>;
  #ended = false;

  private constructor({ cores, program, args, cwd, env }: PinnedOptions) {
    this.#child = new Deno.Command("taskset", {
      args: ["-c", cores, program, ...args],
      cwd,
      ...(env && { env }),
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    this.#said = lastWords(this.#child.stderr);
    void this.#child.status.then(() => this.#ended = true);
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Resolves when it accepts connections at its address, which is tried every so many milliseconds. */
  static async start(options: PinnedOptions, address: Address, interval = PATIENT): Promise<ServerProcess> {
    const server = new ServerProcess(options);
    try {
      await server.#untilListening(address, interval, options.signal);
      return server;
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #untilListening(address: Address, interval: number, signal: AbortSignal): Promise<void> {
    const deadline = performance.now() + START_PATIENCE;
    while (!await accepts(address)) {
      if (this.#ended) throw new Error(`ended before it listened: ${await this.#said}`);
      if (performance.now() > deadline) throw new Error(`does not listen on ${JSON.stringify(address)}`);
      await sleep(interval, signal);
    }
  }

  /** Asks it to end, and kills what is left of it. */
  async [Symbol.asyncDispose](): Promise<void> {
    const tree = readTree(this.pid).map(({ pid }) => pid);
    kill(this.pid, "SIGTERM");
    const timer = setTimeout(() => tree.forEach((pid) => kill(pid, "SIGKILL")), STOP_PATIENCE);
    await this.#child.status;
    clearTimeout(timer);
    // A child that outlives its parent belongs to init now, so it cannot be found by the parent's pid.
    await Promise.all(tree.slice(1).map(endOrphan));
    await this.#said;
  }
}

/** Runs a program on a core to its end. Throws if it fails or the signal comes first. */
export async function runPinned({ cores, program, args, cwd, env, signal }: PinnedOptions): Promise<string> {
  signal.throwIfAborted();
  const { code, stdout, stderr } = await new Deno.Command("taskset", {
    args: ["-c", cores, program, ...args],
    cwd,
    ...(env && { env }),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal,
  }).output();
  signal.throwIfAborted();
  const decoder = new TextDecoder();
  if (code !== 0) throw new Error(`${program} failed with status ${code}: ${decoder.decode(stderr).trim()}`);
  return decoder.decode(stdout);
}

/** A port of 127.0.0.1 that is free at this moment. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

async function accepts(address: Address): Promise<boolean> {
  try {
    const connection = typeof address === "number"
      ? await Deno.connect({ hostname: "127.0.0.1", port: address })
      : await Deno.connect({ transport: "unix", path: address.path });
    connection.close();
    return true;
  } catch {
    return false;
  }
}

/** The end of what a program says, read all the time so that it never waits for us. */
async function lastWords(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of stream) text = (text + decoder.decode(bytes, { stream: true })).slice(-2000);
  return text.trim();
}

/** A worker that its server was ending: given a moment, then killed. */
async function endOrphan(pid: number): Promise<void> {
  const deadline = performance.now() + STOP_PATIENCE;
  while (readTree(pid).length > 0) {
    if (performance.now() > deadline) return kill(pid, "SIGKILL");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function kill(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch {
    // It has ended already.
  }
}

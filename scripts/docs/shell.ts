/**
 * Runs a page's commands: by bash, in the page's folder, in an environment of their own, each in a session of its own
 * that is ended as a whole.
 *
 * @module
 */

/** In milliseconds. */
export const RUN_LIMIT = 120_000;
const READY_LIMIT = 120_000;
const END_LIMIT = 15_000;
/** In characters: what is more is dropped from its beginning. */
const OUTPUT_LIMIT = 200_000;
/** What webserv says once it accepts connections. */
const READY = "listening on ";

/** Where commands run, and what they find there. */
export interface Place {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  /** Ends what runs, and what would be run after it. */
  readonly signal: AbortSignal;
}

/** What became of a command. */
export interface Ended {
  /** What went wrong; undefined where it ended with 0. */
  readonly problem?: string;
  readonly output: string;
}

/** A command that runs. It is ended, with all that it has started, at disposal. */
export class Running implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #reading: Promise<void>;
  readonly #signal: AbortSignal;
  #output = "";
  #ended = false;
  #onOutput: () => void = () => {};

  constructor(text: string, { folder, env, signal }: Place) {
    this.#child = new Deno.Command("bash", {
      args: ["-c", 'exec 2>&1 bash -euo pipefail -c "$1"', "bash", text],
      cwd: folder,
      env: { ...env },
      clearEnv: true,
      detached: true,
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#reading = this.#read();
    this.#signal = signal;
    this.#signal.addEventListener("abort", this.#interrupt);
    if (signal.aborted) this.#interrupt();
  }

  readonly #interrupt = () => this.#kill("SIGTERM");

  /** What it has printed so far. */
  get output(): string {
    return this.#output;
  }

  async #read(): Promise<void> {
    for await (const piece of this.#child.stdout.pipeThrough(new TextDecoderStream())) {
      this.#output = (this.#output + piece).slice(-OUTPUT_LIMIT);
      this.#onOutput();
    }
  }

  /** Waits until it ends. What it has left running is ended then. */
  async end(limit = RUN_LIMIT): Promise<Ended> {
    const status = await within(this.#child.status, limit);
    await this[Symbol.asyncDispose]();
    if (status === undefined) {
      return { problem: `it did not end within ${limit / 1000} s`, output: this.#output };
    }
    if (!status.success) return { problem: statusText(status), output: this.#output };
    return { output: this.#output };
  }

  /** Waits until it says that it listens. @returns what went wrong; undefined if nothing did */
  async ready(limit = READY_LIMIT): Promise<string | undefined> {
    const listens = new Promise<undefined>((resolve) => {
      this.#onOutput = () => this.#output.includes(READY) && resolve(undefined);
      this.#onOutput();
    });
    const ends = this.#child.status.then((status) => `it ended before it listened: ${statusText(status)}`);
    const late = `it did not listen within ${limit / 1000} s`;
    const problem = await within(Promise.race([listens.then(() => ""), ends]), limit) ?? late;
    return problem === "" ? undefined : problem;
  }

  /** What went wrong with a server that should run; undefined if it does. */
  async alive(): Promise<string | undefined> {
    const status = await within(this.#child.status, 0);
    return status && `it has ended by itself: ${statusText(status)}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    this.#signal.removeEventListener("abort", this.#interrupt);
    // A server ends its own programs, which are in other sessions, if it is given the time.
    const deadline = performance.now() + END_LIMIT;
    for (let there = this.#kill("SIGTERM"); there && performance.now() < deadline;) {
      await new Promise((resolve) => setTimeout(resolve, 30));
      there = this.#kill("SIGCONT");
    }
    this.#kill("SIGKILL");
    await this.#child.status;
    if (await within(this.#reading.then(() => true), END_LIMIT) === undefined) {
      await this.#child.stdout.cancel().catch(() => {});
    }
  }

  /** Whether anybody of the command's session was left to get it. */
  #kill(signal: Deno.Signal): boolean {
    try {
      Deno.kill(-this.#child.pid, signal);
      return true;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound || isGone(error)) return false;
      throw error;
    }
  }
}

/** Of a group nobody of which is left. */
function isGone(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ESRCH";
}

function statusText({ code, signal }: Deno.CommandStatus): string {
  return signal === null ? `exit status ${code}` : `ended by ${signal}`;
}

/** Undefined where it takes longer, in milliseconds. */
async function within<T>(promise: Promise<T>, limit: number): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), limit);
    });
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * A command that is run when files have changed, before pages are told: a build. One runs at a time. What changes while it
 * runs may be what it writes, or an edit: it is run once more for that, and what changes again then is its own.
 *
 * @module
 */
import type { ErrorLog, LiveEvent, System } from "../ports.ts";
import { type CommandKeeper, type CommandStart, RunningCommand } from "../runtime/command.ts";
import { CommandError } from "../runtime/command_error.ts";
import { OutputTail } from "../runtime/output_tail.ts";
import type { TreeChange } from "../runtime/tree_watch.ts";

/** What is to be run. */
export interface LiveBuildPlan {
  /** For the system's shell. */
  readonly command: string;
  /** Where it is run. */
  readonly folder: string;
  /** What is watched besides the roots. */
  readonly folders: readonly string[];
  readonly keeper: CommandKeeper;
}

/** Runs one after another for one edit, at the most. */
const MOST_RUNS = 3;

/** After this a command is taken for one that does not end, in milliseconds. */
const LONGEST_RUN = 10 * 60_000;

/** So long after its end what it has written is still heard of, in milliseconds: a burst's longest quiet and some. */
const ECHO = 60;

/** What it is known to write is taken for its echo still so long after its end, in milliseconds; later it is an edit. */
const LATE_ECHO = 1000;

/** How long the end of its output is waited for, in milliseconds: what it has left behind may hold it open. */
const LAST_WORDS = 200;

/** Paths that are known to be written by the command. */
const MOST_OUTPUTS = 1000;

/** What no browser is sent: where a build has made something of it, that is what has changed for pages. */
const SOURCES =
  /\.(?:scss|sass|less|styl|pcss|postcss|[cm]?tsx?|jsx|vue|svelte|astro|elm|coffee|md|mdx|pug|njk|ejs|hbs|liquid)$/i;

/** Stands for whatever may have changed. */
const ANYTHING = "";

/** Owns the command that runs; stop() ends it. */
export class LiveBuild {
  readonly #plan: LiveBuildPlan;
  readonly #tell: (event: LiveEvent) => void;
  readonly #errorLog: () => ErrorLog;
  /** What has changed since the command was started; undefined while none runs. */
  #meanwhile: Set<string> | undefined;
  /** What it writes, as it was seen before. */
  readonly #outputs = new Set<string>();
  #running: RunningCommand | undefined;
  #hasFailed = false;
  /** When the last run ended. */
  #lastEnd = -Infinity;
  #isOver = false;
  #ended: Promise<void> = Promise.resolve();

  constructor(plan: LiveBuildPlan, tell: (event: LiveEvent) => void, errorLog: () => ErrorLog) {
    this.#plan = plan;
    this.#tell = tell;
    this.#errorLog = errorLog;
  }

  /** Has it run, now or once it has ended. */
  changed({ paths, time }: TreeChange): void {
    const named = paths.length === 0 ? [ANYTHING] : paths;
    if (this.#isOver) return;
    if (this.#meanwhile !== undefined) { for (const path of named) this.#meanwhile.add(path); }
    else if (this.#isEcho(named)) this.#tell({ type: "change", paths, time });
    else this.#ended = this.#runFor(new Set(named));
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#running?.kill();
    await this.#ended;
  }

  /** Never rejects. */
  async #runFor(wanted: ReadonlySet<string>): Promise<void> {
    try {
      await this.#runUntilNothingIsNew(wanted);
    } catch (error) {
      this.#errorLog().error(`--on-change: ${this.#plan.command}: ${error}`);
    } finally {
      this.#meanwhile = undefined;
      this.#lastEnd = performance.now();
    }
  }

  async #runUntilNothingIsNew(wanted: ReadonlySet<string>): Promise<void> {
    let before: ReadonlySet<string> = new Set();
    for (let run = 1; run <= MOST_RUNS && !this.#isOver; run++) {
      const written = this.#meanwhile = new Set<string>();
      const failure = await this.#run();
      await new Promise((resolve) => setTimeout(resolve, ECHO));
      if (this.#isOver) break;
      if (failure === undefined) this.#succeeded(changesFor(wanted, written));
      else this.#failed(failure);
      // What is written each time is the command's own.
      for (const path of written) if (before.has(path)) this.#learn(path);
      const isNew = [...written].some((path) => !before.has(path) && !this.#outputs.has(path));
      if (!isNew) break;
      before = written;
    }
  }

  #isEcho(paths: readonly string[]): boolean {
    return performance.now() - this.#lastEnd < LATE_ECHO && paths.every((path) => this.#outputs.has(path));
  }

  #learn(path: string): void {
    if (path !== ANYTHING && this.#outputs.size < MOST_OUTPUTS) this.#outputs.add(path);
  }

  /** @returns what it has written, if it has failed */
  async #run(): Promise<string | undefined> {
    const { command, folder, keeper } = this.#plan;
    const tail = new OutputTail();
    try {
      const running = this.#running = RunningCommand.start({
        ...inShell(command, keeper.os ?? "linux"),
        environment: {},
        piped: true,
        folder,
        hasInput: false,
      }, keeper);
      const [stdout, stderr] = running.streams;
      const read = Promise.all([tail.pass(stdout!, Deno.stdout), tail.pass(stderr!, Deno.stderr)]);
      let isLate = false;
      const timer = setTimeout(() => {
        isLate = true;
        void running.kill();
      }, LONGEST_RUN);
      const status = await running.ended;
      clearTimeout(timer);
      await Promise.race([read, new Promise((resolve) => setTimeout(resolve, LAST_WORDS))]);
      if (status === 0) return undefined;
      const end = isLate
        ? `It was ended: it took more than ${LONGEST_RUN / 60_000} minutes.`
        : `Exit status ${status}.`;
      return tail.text === "" ? end : `${tail.text}\n\n${end}`;
    } catch (error) {
      if (error instanceof CommandError) return error.message;
      throw error;
    } finally {
      tail.close();
      this.#running = undefined;
    }
  }

  #failed(output: string): void {
    const { command } = this.#plan;
    this.#hasFailed = true;
    this.#errorLog().error(`--on-change: ${command}: ${output.slice(output.lastIndexOf("\n") + 1)}`);
    this.#tell({ type: "failure", command, output });
  }

  #succeeded(paths: readonly string[]): void {
    if (this.#hasFailed) {
      this.#errorLog().notice(`--on-change: ${this.#plan.command} works again`);
      this.#tell({ type: "mended" });
    }
    this.#hasFailed = false;
    this.#tell({ type: "change", paths, time: Date.now() });
  }
}

/** What pages are told of. */
function changesFor(wanted: ReadonlySet<string>, written: ReadonlySet<string>): string[] {
  const all = new Set([...wanted, ...written]);
  if (all.has(ANYTHING)) return [];
  return [...all].filter((path) => written.size === 0 || written.has(path) || !SOURCES.test(path));
}

/** A command line for the system's shell: on Windows as it is written, since that has its own way with quotes. */
export function inShell(command: string, os: System): Pick<CommandStart, "words" | "isRaw"> {
  return os === "windows"
    ? { words: ["cmd", "/d", "/s", "/c", `"${command}"`], isRaw: true }
    : { words: ["sh", "-c", command] };
}

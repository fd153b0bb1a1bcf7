/**
 * `webserv app [DIR] -- COMMAND ARGS...`: a command that is itself a server runs behind this one, for as long as this one
 * does.
 *
 * @module
 */
import type { AppConfig } from "../config/types.ts";
import type { AppState } from "../ports.ts";
import { type CommandKeeper, RunningCommand } from "../runtime/command.ts";
import { OutputTail } from "../runtime/output_tail.ts";
import type { Wish } from "../runtime/signals.ts";
import type { Companion } from "./companion.ts";
import { StopRequests } from "./stop_requests.ts";

/** How an app is run. */
export interface AppPlan {
  readonly words: readonly string[];
  readonly app: AppConfig;
  /** It is started again when it has ended. */
  readonly restarts: boolean;
  /** Whoever reads its output likes colours: it cannot see that itself. */
  readonly colour: boolean;
  /** How long it may go on after it was asked to stop, in milliseconds. */
  readonly patience: () => number;
}

/** Who hears of it. */
export interface AppEvents {
  /** It runs, or has ended. */
  changed(state: AppState): void;
  /** A line for the person who has started it. */
  said(line: string): void;
}

/** The first delay before it is started again, and the longest, in milliseconds. */
const FIRST_DELAY = 500;
const LONGEST_DELAY = 10_000;

/** One that lived so long is started again as if it had never died, in milliseconds. */
const GOOD_LIFE = 10_000;

/** How long its last words may be on their way, in milliseconds. */
const LAST_WORDS = 300;

/** Owns the command, and its next start. */
export class App implements Companion {
  readonly over: Promise<number>;
  readonly #over = Promise.withResolvers<number>();
  readonly #plan: AppPlan;
  readonly #keeper: CommandKeeper;
  readonly #events: AppEvents;
  readonly #stops: StopRequests;
  #command: RunningCommand | undefined;
  #output: OutputTail | undefined;
  #url = "";
  #delay = FIRST_DELAY;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isStopping = false;

  constructor(plan: AppPlan, keeper: CommandKeeper, events: AppEvents) {
    this.over = this.#over.promise;
    this.#plan = plan;
    this.#keeper = keeper;
    this.#events = events;
    this.#stops = new StopRequests(plan.patience, {
      late: () => void this.#command?.kill(),
      again: () => void this.#exit(),
    });
  }

  /** @throws {CommandError} */
  start(url: string): void {
    this.#url = url;
    if (!this.#isStopping) this.#run();
  }

  signal(name: Deno.Signal, wish: Wish): boolean {
    if (wish !== "stop") {
      this.#command?.signal(name);
      return true;
    }
    this.#isStopping = true;
    clearTimeout(this.#timer);
    const isNew = this.#stops.isNew();
    if (this.#command === undefined) this.#over.resolve(0);
    else if (isNew) this.#command.signal(name);
    return true;
  }

  async end(): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#timer);
    this.#stops.over();
    await this.#command?.kill();
    this.#output?.close();
  }

  /** Nobody waits for what is running any more. */
  async #exit(): Promise<void> {
    await this.#command?.kill();
    Deno.exit(0);
  }

  /** @throws {CommandError} */
  #run(): void {
    const { words, app, colour } = this.#plan;
    const begun = performance.now();
    const command = RunningCommand.start({
      words,
      environment: {
        PORT: `${app.port}`,
        HOST: "127.0.0.1",
        WEBSERV_URL: this.#url,
        ...(colour && { FORCE_COLOR: "1" }),
      },
      piped: true,
    }, this.#keeper);
    const output = new OutputTail();
    const [stdout, stderr] = command.streams;
    const passed = Promise.all([output.pass(stdout!, Deno.stdout), output.pass(stderr!, Deno.stderr)]);
    this.#command = command;
    this.#output = output;
    this.#events.changed({ runs: true });
    void command.ended.then(async (status) => {
      await inTime(passed, LAST_WORDS);
      output.close();
      this.#command = undefined;
      this.#ended(status, output.text, performance.now() - begun);
    });
  }

  #ended(status: number, output: string, life: number): void {
    if (this.#isStopping) return this.#over.resolve(0);
    const { words, restarts } = this.#plan;
    const end = status > 128 ? `was ended by signal ${status - 128}` : `ended with exit status ${status}`;
    this.#events.changed({ runs: false, end, output, restarts });
    if (!restarts) return this.#events.said(`${words[0]} ${end}: Ctrl+C stops the server as well`);
    if (life > GOOD_LIFE) this.#delay = FIRST_DELAY;
    this.#events.said(`${words[0]} ${end}: it is started again in ${this.#delay / 1000} s`);
    this.#timer = setTimeout(() => this.#runAgain(), this.#delay);
    this.#delay = Math.min(this.#delay * 2, LONGEST_DELAY);
  }

  /** It was there before; if it cannot be started now, it may be later. */
  #runAgain(): void {
    try {
      this.#run();
    } catch (error) {
      this.#events.said(error instanceof Error ? error.message : String(error));
      this.#timer = setTimeout(() => this.#runAgain(), this.#delay);
      this.#delay = Math.min(this.#delay * 2, LONGEST_DELAY);
    }
  }
}

async function inTime(promise: Promise<unknown>, milliseconds: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => timer = setTimeout(resolve, milliseconds));
  await Promise.race([promise, late]);
  clearTimeout(timer);
}

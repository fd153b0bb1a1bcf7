/**
 * `webserv ... -- COMMAND ARGS...`: a command runs beside the server, which ends with it.
 *
 * @module
 */
import { type CommandKeeper, RunningCommand } from "../runtime/command.ts";
import { statusOfStop, type Wish } from "../runtime/signals.ts";
import type { Companion } from "./companion.ts";
import { StopRequests } from "./stop_requests.ts";

/** Owns the command. */
export class Beside implements Companion {
  readonly over: Promise<number>;
  readonly #over = Promise.withResolvers<number>();
  readonly #words: readonly string[];
  readonly #keeper: CommandKeeper;
  readonly #stops: StopRequests;
  #command: RunningCommand | undefined;
  #isOver = false;

  /** @param patience how long it may go on after it was asked to stop, in milliseconds */
  constructor(words: readonly string[], keeper: CommandKeeper, patience: () => number) {
    this.over = this.#over.promise;
    this.#words = words;
    this.#keeper = keeper;
    this.#stops = new StopRequests(patience, {
      late: () => void this.#command?.kill(),
      again: () => void this.#exit(),
    });
  }

  /** Where it was asked to stop before, it is not started. @throws {CommandError} */
  start(url: string): void {
    if (this.#isOver) return;
    const start = { words: this.#words, environment: { WEBSERV_URL: url }, piped: false };
    this.#command = RunningCommand.start(start, this.#keeper);
    void this.#command.ended.then(this.#over.resolve);
  }

  signal(name: Deno.Signal, wish: Wish): boolean {
    if (this.#command === undefined) {
      // A command that never ran has not succeeded.
      if (wish !== "stop") return wish === "other";
      this.#isOver = true;
      this.#over.resolve(statusOfStop(name));
      return true;
    }
    if (wish !== "stop" || this.#stops.isNew()) this.#command.signal(name);
    return true;
  }

  /** Nobody waits for what is running any more. */
  async #exit(): Promise<void> {
    await this.#command?.kill();
    Deno.exit(await this.over);
  }

  async end(): Promise<void> {
    this.#stops.over();
    await this.#command?.kill();
  }
}

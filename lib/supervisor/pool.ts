/**
 * One FastCGI server that the main thread starts when it is wanted: its start, its death, and its end.
 *
 * @module
 */
import { logLines } from "../cgi_protocol/error_lines.ts";
import {
  type Clock,
  type ErrorLog,
  FileError,
  type Pool,
  ProcessError,
  type ProcessRunner,
  type RunningProcess,
} from "../ports.ts";

/** The first delay before a pool that died is started again, and the longest, in milliseconds. */
const FIRST_DELAY = 50;
const LONGEST_DELAY = 5000;

/** A pool that accepted connections for so long did not die of how it was started, in milliseconds. */
const GOOD_LIFE = 2000;

/** A pool has to accept connections so long after its start, in milliseconds. */
const START_PATIENCE = 10_000;

/** Between two looks whether it does, in milliseconds: at first, and at most. */
const FIRST_LOOK = 5;
const LONGEST_LOOK = 100;

/** A pool that is asked to end has so long to do it, in milliseconds; nobody uses it any more. */
const END_PATIENCE = 1000;

/** One that is doubted has so long to turn out to be dead, though somebody listens, in milliseconds. */
const DOUBT_PATIENCE = 50;

/** Its last words have so long to be read when it is gone, in milliseconds. */
const WORDS_PATIENCE = 500;

/** What pools need of the system. */
export interface PoolSystem {
  readonly runner: ProcessRunner;
  readonly clock: Clock;
  /** That of the configuration which is served just now. */
  readonly errorLog: () => ErrorLog;
  /** The path of a program; undefined if it is not there. */
  findProgram(name: string): string | undefined;
  /** All of the environment but how many processes there are to be. */
  readonly environment: () => Readonly<Record<string, string>>;
  /** A server is to listen there, or does so no more: nothing has its name, and its folder is there. @throws {FileError} */
  clear(socket: string): void;
  /** True if somebody accepts connections there. Never rejects. */
  listens(socket: string): Promise<boolean>;
}

/** Owns the processes, until end(). */
export class SpawnedPool {
  readonly #pool: Pool;
  readonly #socket: string;
  readonly #system: PoolSystem;
  readonly #onGone: () => void;
  /** Another that had the same socket is gone. */
  readonly #before: Promise<void>;
  readonly #ending = Promise.withResolvers<void>();
  #hasEnded = false;
  #process: RunningProcess | undefined;
  #accepts = false;
  /** It is being started, or waits for that. */
  #start: Promise<void> | undefined;
  /** Somebody doubts that it accepts connections. */
  #look: Promise<void> | undefined;
  #watch: Promise<void> = Promise.resolve();
  #deaths = 0;
  /** By the clock, in milliseconds. */
  #notBefore = 0;

  /**
   * @param onGone is called where it accepted connections and does so no more
   * @param before it is not started before that
   */
  constructor(pool: Pool, socket: string, system: PoolSystem, onGone: () => void, before: Promise<void>) {
    this.#pool = pool;
    this.#socket = socket;
    this.#system = system;
    this.#onGone = onGone;
    this.#before = before;
  }

  /**
   * Resolves with the path of its socket once it accepts connections there; starts it if it is not running. Takes
   * LONGEST_DELAY and START_PATIENCE at the most.
   *
   * @throws {ProcessError} by rejecting
   */
  async ready(): Promise<string> {
    await this.#look;
    if (!this.#accepts) {
      await (this.#start ??= this.#begin().finally(() => this.#start = undefined));
    }
    return this.#socket;
  }

  /** Nobody listened, or a connection broke: where nobody listens any more it is started again. */
  failed(): void {
    if (!this.#accepts || this.#look !== undefined) return;
    this.#look = this.#lookAgain().finally(() => this.#look = undefined);
  }

  /** Ends it. Resolves when it is gone. */
  async end(): Promise<void> {
    this.#hasEnded = true;
    this.#accepts = false;
    this.#ending.resolve();
    if (this.#process !== undefined) await this.#stop(this.#process);
    // What is just starting finds out that it is not wanted any more.
    await this.#start?.catch(() => {});
    await this.#watch;
  }

  get #name(): string {
    return this.#pool.command[0]!;
  }

  async #lookAgain(): Promise<void> {
    const process = this.#process;
    if (process === undefined) return;
    if (await this.#system.listens(this.#socket)) {
      // Where all of it was killed the children may be the last to go, and the first to be noticed.
      if (await this.#within(DOUBT_PATIENCE, process.exited) === "in time") await this.#watch;
      return;
    }
    if (this.#process !== process || this.#hasEnded) return;
    this.#system.errorLog().error(`${this.#name}: the pool runs but does not listen on its socket any more`);
    await this.#stop(process);
    await this.#watch;
  }

  async #stop(process: RunningProcess): Promise<void> {
    process.terminate();
    if (await this.#within(END_PATIENCE, process.exited) === "late") process.kill();
    await process.exited;
  }

  async #begin(): Promise<void> {
    await this.#before;
    const { clock } = this.#system;
    const delay = this.#notBefore - clock.monotonic();
    if (delay > 0) await this.#within(delay, this.#ending.promise);
    // What died before has had its last words.
    await this.#watch;
    if (this.#hasEnded) throw this.#failure("the server does not need it any more");
    const process = this.#spawn();
    const born = clock.monotonic();
    this.#process = process;
    this.#watch = this.#outlive(process, born);
    if (!await this.#isListening(process, born)) {
      const isLate = this.#process === process && !this.#hasEnded;
      process.kill();
      await this.#watch;
      throw this.#failure(
        isLate
          ? `nobody listened on its socket within ${START_PATIENCE} ms`
          : "it ended as soon as it started",
        process.startProblem,
      );
    }
    this.#accepts = true;
  }

  #spawn(): RunningProcess {
    const { command: [name, ...args], processes } = this.#pool, { runner, environment } = this.#system;
    try {
      const program = this.#system.findProgram(name!);
      if (program === undefined) throw new ProcessError("not found", name!);
      this.#system.clear(this.#socket);
      return runner.spawn({
        program,
        args: [...args, "-b", this.#socket],
        folder: "/",
        environment: { ...environment(), PHP_FCGI_CHILDREN: `${processes}` },
        hasInput: false,
      });
    } catch (error) {
      this.#died(0);
      const failure = error instanceof ProcessError ? error : this.#failure("its socket", undefined, error);
      this.#system.errorLog().error(`${failure.message}${causeOf(failure)}`);
      throw failure;
    }
  }

  async #isListening(process: RunningProcess, born: number): Promise<boolean> {
    const { clock } = this.#system;
    for (let pause = FIRST_LOOK;; pause = Math.min(pause * 2, LONGEST_LOOK)) {
      if (this.#process !== process || this.#hasEnded) return false;
      // Asked of what is there, not of what was there before: a child may have been faster than its program's end.
      if (await this.#system.listens(this.#socket)) return this.#process === process && !this.#hasEnded;
      if (clock.monotonic() - born >= START_PATIENCE) return false;
      await this.#within(pause, Promise.race([process.exited, this.#ending.promise]));
    }
  }

  /** Waits for its end, whatever brings it, and clears up after it. */
  async #outlive(process: RunningProcess, born: number): Promise<void> {
    const { errorLog, clock } = this.#system;
    const log = { ...silent, program: (name: string, text: string) => errorLog().program(name, text) };
    const words = Promise.all([
      logLines(() => process.readErrors(), log, this.#name, clock),
      logLines(() => process.readOutput(), log, this.#name, clock),
    ]);
    const status = await process.exited;
    const accepted = this.#accepts;
    this.#accepts = false;
    this.#process = undefined;
    // Children that are about to be killed must not be sent another request.
    this.#unlink();
    process.killRest(undefined);
    if (accepted) this.#onGone();
    await this.#within(WORDS_PATIENCE, words);
    process.release();
    if (this.#hasEnded) return;
    const delay = this.#died(accepted ? clock.monotonic() - born : 0);
    errorLog().error(`${this.#name}: the pool ${howItEnded(status)}; ${whatThen(accepted, delay)}`);
    if (!accepted) return;
    // In a turn of its own, since a start waits for this one. What comes of it is known to whoever asks.
    clock.after(0, () => this.#hasEnded || void this.ready().catch(() => {}));
  }

  #unlink(): void {
    try {
      this.#system.clear(this.#socket);
    } catch (error) {
      // Where it cannot be cleared no other can be started either, and that is when it is said.
      if (!(error instanceof FileError)) throw error;
    }
  }

  /** @returns the delay before it may be started again, in milliseconds */
  #died(life: number): number {
    this.#deaths = life > GOOD_LIFE ? 1 : this.#deaths + 1;
    const delay = Math.min(FIRST_DELAY * 2 ** (this.#deaths - 1), LONGEST_DELAY);
    this.#notBefore = this.#system.clock.monotonic() + delay;
    return delay;
  }

  #failure(why: string, problem: ProcessError["problem"] = "failed", cause?: unknown): ProcessError {
    return new ProcessError(problem, this.#name, { cause: new Error(why, { cause }) });
  }

  async #within(milliseconds: number, promise: Promise<unknown>): Promise<"late" | "in time"> {
    let cancel = () => {};
    const late = new Promise<"late">((resolve) =>
      cancel = this.#system.clock.after(milliseconds, () => resolve("late"))
    );
    const won = await Promise.race([promise.then(() => "in time" as const), late]);
    cancel();
    return won;
  }
}

const silent: ErrorLog = { error: () => {}, warning: () => {}, notice: () => {}, program: () => {} };

function howItEnded(status: number | string): string {
  return typeof status === "string" ? `was ended by ${status}` : `ended with exit status ${status}`;
}

function whatThen(accepted: boolean, delay: number): string {
  return accepted
    ? `another starts in ${delay} ms`
    : `it had not listened on its socket, and is tried again in ${delay} ms at the earliest`;
}

function causeOf({ cause }: Error): string {
  return cause instanceof Error ? ` (${cause.message}${causeOf(cause)})` : "";
}

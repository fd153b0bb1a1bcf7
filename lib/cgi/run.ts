/**
 * One run of a CGI program: its input and output, its time, and its end. Whatever happens, no process of it is left.
 *
 * @module
 */
import { GoneError } from "../http/message.ts";
import type { Clock, Log, ProcessCommand, ProcessRunner, RunningProcess } from "../ports.ts";
import { ProcessError } from "../ports.ts";
import { CgiError } from "./errors.ts";
import { logLines } from "./error_lines.ts";
import { type HeaderBlock, HeaderBlockError, HeaderBlockReader } from "./header_block.ts";

/** How long a program may go on after its answer ended, or is of no more interest, in milliseconds. */
const GRACE = 1000;

/** What a run works with. */
export interface RunOptions {
  readonly runner: ProcessRunner;
  readonly clock: Clock;
  readonly errorLog: Log;
  /** The program as the error log names it. */
  readonly name: string;
  /** How long it may be silent, in milliseconds. */
  readonly timeout: number;
  /** Called once when no process is left. */
  readonly onEnd: () => void;
}

/** Owns the processes: they are gone once `ended` resolves. */
export class CgiRun {
  readonly ended: Promise<void>;
  readonly #options: RunOptions;
  readonly #process: RunningProcess;
  readonly #outputEnded = Promise.withResolvers<void>();
  /** Why the run was stopped from our side. */
  #failure: unknown;
  #lastSign: number;
  #cancelTimer: () => void;

  /** @throws {CgiError} 403 or 502 */
  constructor(command: ProcessCommand, options: RunOptions) {
    this.#options = options;
    try {
      this.#process = options.runner.spawn(command);
    } catch (error) {
      if (!(error instanceof ProcessError)) throw error;
      const cause = error.cause instanceof Error ? `: ${error.cause.message}` : "";
      throw new CgiError(error.problem === "denied" ? 403 : 502, error.message + cause, { cause: error });
    }
    this.#lastSign = options.clock.monotonic();
    this.#cancelTimer = options.clock.after(options.timeout, () => this.#checkTime());
    this.ended = this.#live();
  }

  /** Hands over the request's body as it arrives; stops quietly when the program takes no more. Never rejects. */
  async feed(next: () => Promise<Uint8Array | null>): Promise<void> {
    try {
      for (let piece = await next(); piece !== null; piece = await next()) {
        this.#sign();
        if (!(await this.#process.writeInput(piece))) return;
        this.#sign();
      }
      await this.#process.closeInput();
    } catch (error) {
      // The body broke off, or broke a rule: half of it is worse than nothing.
      this.stop(error);
    }
  }

  /**
   * Reads the header block, and gives with it what came behind.
   *
   * @throws {CgiError} 502 or 504
   */
  async header(): Promise<{ readonly block: HeaderBlock; readonly rest: Uint8Array }> {
    const reader = new HeaderBlockReader();
    for (;;) {
      const piece = await this.read();
      if (piece === null) throw new CgiError(502, "it ended before its header block did");
      try {
        const found = reader.push(piece);
        if (found) return found;
      } catch (error) {
        if (error instanceof HeaderBlockError) throw new CgiError(502, error.message);
        throw error;
      }
    }
  }

  /**
   * The next piece of output; null at its end.
   *
   * @throws whatever the run was stopped with: CgiError 504, GoneError, or what broke the request's body
   */
  async read(): Promise<Uint8Array | null> {
    const piece = await this.#process.readOutput();
    if (this.#failure !== undefined) throw this.#failure;
    if (piece === null) this.#outputEnded.resolve();
    else this.#sign();
    return piece;
  }

  /** Kills everything. The reason is thrown at whoever reads on. */
  stop(reason: unknown): void {
    this.#failure ??= reason;
    this.#process.kill();
    this.#outputEnded.resolve();
  }

  /** Nobody is interested in the rest of the output: reads it for a little while, so that the program may end well. */
  async abandon(): Promise<void> {
    const cancel = this.#options.clock.after(GRACE, () => this.stop(new GoneError()));
    try {
      while (await this.read() !== null);
    } catch {
      // It was stopped, which is as good an end.
    } finally {
      cancel();
    }
  }

  async #live(): Promise<void> {
    const { clock, errorLog, name, onEnd } = this.#options;
    const errors = logLines(() => this.#process.readErrors(), errorLog, name);
    await this.#outputEnded.promise;
    this.#cancelTimer();
    const cancel = clock.after(GRACE, () => this.#process.kill());
    await this.#process.exited;
    cancel();
    // What it started and left behind may even have closed its output.
    this.#process.kill();
    await Promise.race([errors, new Promise<void>((resolve) => clock.after(GRACE, resolve))]);
    this.#process.release();
    onEnd();
  }

  #sign(): void {
    this.#lastSign = this.#options.clock.monotonic();
  }

  /** PERF: one timer for a run, put off when it comes too early, instead of a new one with every piece. */
  #checkTime(): void {
    const { clock, timeout } = this.#options;
    const left = this.#lastSign + timeout - clock.monotonic();
    if (left > 0) this.#cancelTimer = clock.after(left, () => this.#checkTime());
    else this.stop(new CgiError(504, "it was silent for longer than timeouts.cgi"));
  }
}

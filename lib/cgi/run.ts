/**
 * One run of a CGI program: its input and output, its time, and its end. Whatever happens, no process of it is left.
 *
 * @module
 */
import type { Clock, ErrorLog, FileSystem, ProcessCommand, ProcessRunner, RunningProcess } from "../ports.ts";
import { ProcessError } from "../ports.ts";
import { GoneError, HttpError } from "../http/errors.ts";
import { isLocalClient } from "../http/local_client.ts";
import type { Request } from "../http/message.ts";
import { whyBadHeaderBlock } from "../cgi_protocol/bad_output.ts";
import { logLines, type ProgramListener } from "../cgi_protocol/error_lines.ts";
import { type FailedProgram, whyNoHeaderBlock, whyNotStarted } from "./explanations.ts";
import { type HeaderBlock, HeaderBlockReader } from "../cgi_protocol/header_block.ts";
import type { ProgramNotes } from "../cgi_protocol/program_notes.ts";
import type { ProgramOutput } from "../cgi_protocol/source.ts";

/** How long a program may go on after its answer ended, or is of no more interest, in milliseconds. */
const GRACE = 1000;

const STILL_RUNNING = `it went on when its answer had ended, and was killed within ${GRACE / 1000} s: ` +
  "what is to outlive its request needs setsid";

/** With these statuses shells and launchers say that they could not start what they were to. */
const NOT_EXECUTABLE = 126, NOT_FOUND = 127;

/** What a run works with. */
export interface RunOptions {
  readonly runner: ProcessRunner;
  readonly clock: Clock;
  readonly errorLog: ErrorLog;
  /** The program as the error log names it. */
  readonly name: string;
  /** The script, absolute. */
  readonly file: string;
  readonly files: Pick<FileSystem, "openSync">;
  /** Whoever sits at this machine is told what to do where that is known. */
  readonly client: Pick<Request, "remote" | "fields" | "forwarded">;
  /** Hears its standard error besides the log. */
  readonly listener?: ProgramListener | undefined;
  /** How long it may be silent, in milliseconds. */
  readonly timeout: number;
  /** Takes down how it runs, in case that it fails. */
  readonly notes?: ProgramNotes | undefined;
  /** Called once when no process is left. */
  readonly onEnd: () => void;
}

/** PERF: tells whether a promise has resolved. Mostly it has, and the timer that would bound the wait is not made. */
class TrackedPromise {
  isOver = false;

  constructor(readonly promise: Promise<unknown>) {
    void promise.then(() => this.isOver = true);
  }
}

/** Owns the processes: they are gone once `ended` resolves. */
export class CgiRun implements ProgramOutput {
  readonly ended: Promise<void>;
  readonly #options: RunOptions;
  readonly #process: RunningProcess;
  readonly #command: ProcessCommand;
  readonly #errors: TrackedPromise;
  readonly #outputEnded = Promise.withResolvers<void>();
  /** Why the run was stopped from our side. */
  #failure: unknown;
  /** Its answer has ended, or is of no more interest. */
  #isEnding = false;
  /** It was killed after its answer, unless it had ended by then. */
  #isLate = false;
  #lastSign: number;
  /** Somebody waits for output. */
  #isReading = false;
  /** The next piece of the request's body is not there yet. */
  #waitsForClient = false;
  #cancelTimer: () => void;

  /** @throws {HttpError} 403 or 502 */
  constructor(command: ProcessCommand, options: RunOptions) {
    this.#options = options;
    this.#command = command;
    options.notes?.started({
      command: [command.program, ...command.args],
      environment: command.environment,
    });
    try {
      this.#process = options.runner.spawn(command);
    } catch (error) {
      if (!(error instanceof ProcessError)) throw error;
      const cause = error.cause instanceof Error ? error.cause.message : undefined;
      const { why, advice } = whyNotStarted(error.problem, this.#failed, cause);
      throw this.failure(error.problem === "denied" ? 403 : 502, why, error, advice);
    }
    this.#errors = new TrackedPromise(
      logLines(
        () => this.#readErrors(),
        options.errorLog,
        options.name,
        options.clock,
        options.listener,
      ),
    );
    this.#lastSign = options.clock.monotonic();
    this.#cancelTimer = options.clock.after(options.timeout, () => this.#checkTime());
    this.ended = this.#live();
    options.notes?.runs(this.#process.exited, this.ended);
  }

  /** True when the processes are as good as gone: it takes GRACE at most. */
  get isEnding(): boolean {
    return this.#isEnding;
  }

  /** What is answered where the program gives no answer; the log names it. */
  failure(status: 403 | 502 | 504, why: string, cause?: unknown, advice?: string): HttpError {
    return new HttpError(status, why, {
      cause,
      log: `${this.#options.name}: ${why}`,
      ...status === 403 && { hint: "The system does not let this program, or its interpreter, be started." },
      ...advice !== undefined && isLocalClient(this.#options.client) && { advice },
    });
  }

  /**
   * Hands over the request's body as it arrives. What the program does not take is dropped: only who reads on notices
   * that the client has left. Never rejects.
   */
  async feed(next: () => Promise<Uint8Array | null>): Promise<void> {
    let takes = true;
    try {
      for (;;) {
        this.#waitsForClient = takes;
        const piece = await next();
        this.#waitsForClient = false;
        if (piece === null) break;
        if (!takes) continue;
        this.#sign();
        takes = await this.#process.writeInput(piece);
        this.#sign();
      }
      if (takes) await this.#process.closeInput();
    } catch (error) {
      // The body broke off, or broke a rule: half of it is worse than nothing, unless nobody wanted it.
      if (takes || error instanceof GoneError) this.stop(error);
    } finally {
      this.#waitsForClient = false;
    }
  }

  /**
   * Reads the header block, and gives with it what came behind.
   *
   * @throws {HttpError} 502 or 504
   */
  async header(): Promise<{ readonly block: HeaderBlock; readonly rest: Uint8Array }> {
    const reader = new HeaderBlockReader(), { notes } = this.#options;
    for (;;) {
      const piece = await this.read();
      if (piece === null) throw await this.endedEarly(reader.text);
      notes?.output(piece);
      try {
        const found = reader.push(piece);
        if (found) return found;
      } catch (error) {
        if (error instanceof HttpError) {
          const failure = this.failure(502, whyBadHeaderBlock(error.message, reader.text));
          if (notes !== undefined) await this.#hearOut(notes);
          throw failure;
        }
        throw error;
      }
    }
  }

  /**
   * The next piece of output, valid until the next call; null at its end.
   *
   * @throws whatever the run was stopped with: HttpError 504, GoneError, or what broke the request's body
   */
  async read(): Promise<Uint8Array | null> {
    this.#sign();
    this.#isReading = true;
    const piece = await this.#process.readOutput();
    this.#isReading = false;
    if (this.#failure !== undefined) throw this.#failure;
    if (piece === null) this.#endOutput();
    return piece;
  }

  /** Kills everything. The reason is thrown at whoever reads on. */
  stop(reason: unknown): void {
    if (this.#isEnding && this.#failure === undefined) this.#isLate = true;
    this.#failure ??= reason;
    this.#options.notes?.stopped("it was still running, and was killed");
    this.#process.kill();
    this.#endOutput();
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

  /** What it goes on to print may say what is wrong with it. */
  async #hearOut(notes: ProgramNotes): Promise<void> {
    const cancel = this.#options.clock.after(GRACE, () => this.stop(new GoneError()));
    try {
      for (let piece = await this.read(); piece !== null; piece = await this.read()) notes.output(piece);
      await this.#process.exited;
    } catch {
      // It was stopped: it has said enough.
    } finally {
      cancel();
    }
  }

  async #readErrors(): Promise<Uint8Array | null> {
    const piece = await this.#process.readErrors();
    if (piece !== null) this.#options.notes?.errors(piece);
    return piece;
  }

  async #live(): Promise<void> {
    const { clock, errorLog, name, onEnd } = this.#options;
    const exit = new TrackedPromise(this.#process.exited);
    await this.#outputEnded.promise;
    this.#cancelTimer();
    if (!exit.isOver) {
      const cancel = clock.after(GRACE, () => {
        if (this.#failure === undefined) this.#isLate = true;
        this.#process.kill();
      });
      await exit.promise;
      cancel();
    }
    if (this.#isLate && await this.#process.exited === "SIGKILL") {
      errorLog.warning(`${name}: ${STILL_RUNNING}`);
    }
    // What it started and left behind may even have closed its output.
    this.#process.killRest(this.#failure === undefined ? name : undefined);
    await this.#errorsRead();
    this.#process.release();
    onEnd();
  }

  /** What it leaves behind may hold its standard error open. */
  async #errorsRead(): Promise<void> {
    if (this.#errors.isOver) return;
    const late = Promise.withResolvers<void>();
    const cancel = this.#options.clock.after(GRACE, late.resolve);
    await Promise.race([this.#errors.promise, late.promise]);
    cancel();
  }

  get #failed(): FailedProgram {
    const { file, files } = this.#options;
    return { command: this.#command, file, files };
  }

  /** It has ended its output before anything could be made of it. @param output so far, for whyNoHeaderBlock() */
  async endedEarly(output: string | undefined): Promise<HttpError> {
    const status = await this.#process.exited;
    if (status === NOT_FOUND || status === NOT_EXECUTABLE) await this.#errorsRead();
    const problem = this.#process.startProblem;
    if (problem !== undefined) {
      const { why, advice } = whyNotStarted(problem, this.#failed, undefined);
      return this.failure(502, why, undefined, advice);
    }
    const ended = typeof status === "number" ? `with status ${status}` : `by ${status}`;
    const { why, advice } = whyNoHeaderBlock(ended, output, this.#failed);
    return this.failure(502, why, undefined, advice);
  }

  #endOutput(): void {
    this.#isEnding = true;
    this.#outputEnded.resolve();
  }

  #sign(): void {
    this.#lastSign = this.#options.clock.monotonic();
  }

  /** PERF: one timer for a run, put off when it comes too early, instead of a new one with every piece. */
  #checkTime(): void {
    const { clock, timeout } = this.#options;
    // It is not the program who is slow, but the client: other deadlines are for that.
    if (!this.#isReading || this.#waitsForClient) this.#sign();
    const left = this.#lastSign + timeout - clock.monotonic();
    if (left > 0) this.#cancelTimer = clock.after(left, () => this.#checkTime());
    else this.stop(this.failure(504, "it was silent for longer than timeouts.cgi"));
  }
}

/**
 * The gateway: a request in, a program's answer out (RFC 3875), and a bound on how many run at once.
 *
 * @module
 */
import { dirname } from "@std/path";
import { busy, GoneError, HttpError } from "../http/errors.ts";
import { FieldBlock } from "../http/fields.ts";
import { InternalRedirect, type Outcome, type Request, type Response } from "../http/message.ts";
import type { Clock, ErrorLog, FileSystem, ProcessRunner, Spooler } from "../ports.ts";
import { cgiAnswer } from "../cgi_protocol/answer.ts";
import type { ProgramListener } from "../cgi_protocol/error_lines.ts";
import { cgiEnvironment, type ErrorPageOf, type ScriptFile } from "../cgi_protocol/environment.ts";
import { type Collected, programInput } from "../cgi_protocol/request_input.ts";
import type { ProgramNotes } from "../cgi_protocol/program_notes.ts";
import { CgiRun } from "./run.ts";
import { ProgramSource } from "../cgi_protocol/source.ts";

/** What the programs of one thread share. */
export interface GatewayOptions {
  readonly runner: ProcessRunner;
  readonly spooler: Spooler;
  readonly clock: Clock;
  readonly errorLog: ErrorLog;
  /** To look into a program that failed. */
  readonly files: Pick<FileSystem, "openSync">;
  readonly searchPath: string;
  readonly software: string;
}

/** A program, how it is started, and what its location says about it. */
export interface Program {
  readonly script: ScriptFile;
  /** The interpreter's words; empty where the file itself is run. */
  readonly interpreter: readonly string[];
  readonly documentRoot: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly passAuthorization: boolean;
  /** Who has logged in; undefined: nobody was asked, or has. */
  readonly user?: string | undefined;
  /** Bytes of a chunked body. */
  readonly bodyLimit: number;
  readonly limits: ProgramLimits;
  /** The error that it is to make the page for. */
  readonly errorPage?: ErrorPageOf | undefined;
  /** Takes down how it runs, in case that it fails; undefined where nobody is to see that. */
  readonly notes?: ProgramNotes | undefined;
  /** Hears its standard error besides the log. */
  readonly listener?: ProgramListener | undefined;
}

/** What holds for all programs of a configuration. */
export interface ProgramLimits {
  /** How long a program may be silent, in milliseconds. */
  readonly timeout: number;
  /** How many may run at once in one thread. */
  readonly processes: number;
}

/** Runs programs. Owns them: after stop() none is left. */
export class Gateway {
  readonly #runs = new Set<CgiRun>();
  /** Requests that have a place, also while the rest of a chunked body is still being collected. */
  #places = 0;
  /** Of requests that have none yet. */
  readonly #collected: Collected = { bytes: 0 };

  constructor(readonly options: GatewayOptions) {}

  /**
   * Answers a request with a program.
   *
   * @throws {HttpError} where it gave no answer, or the request's body broke
   * @throws {GoneError} where the client left
   */
  async answer(request: Request, program: Program): Promise<Outcome> {
    // Nobody sends a body, or is asked for one, for a program that could not be started now.
    while (request.body.length !== 0 && this.#isFull(program)) await this.#someEnd(program);
    let run: CgiRun | undefined, hasPlace = false;
    try {
      const input = await programInput(request.body, request.fields.has("content-length"), {
        limit: program.bodyLimit,
        spooler: this.options.spooler,
        collected: this.#collected,
        // Clients whose bodies do not come can hold half of the places.
        mayWait: () => this.#places < Math.floor(program.limits.processes / 2),
        onFlow: async () => {
          await this.#takePlace(program);
          hasPlace = true;
        },
      });
      try {
        run = this.#start(request, program, input.length);
      } catch (error) {
        input.close();
        throw error;
      }
      void run.feed(() => input.next()).then(() => input.close());
    } finally {
      if (!run && hasPlace) this.#places--;
    }
    const takeBack = request.onGone(() => {
      // Who has its answer may leave: what the program still does ends in its own time, which is short.
      if (!run.isEnding) run.stop(new GoneError());
    });
    void run.ended.then(takeBack);
    try {
      return await this.#response(request, program, run);
    } catch (error) {
      run.stop(error);
      throw error;
    }
  }

  /** Kills every program. Resolves when none is left. */
  async stop(): Promise<void> {
    for (const run of this.#runs) run.stop(new GoneError());
    await Promise.all([...this.#runs].map((run) => run.ended));
  }

  async #takePlace(program: Program): Promise<void> {
    while (this.#isFull(program)) await this.#someEnd(program);
    this.#places++;
  }

  #isFull({ limits }: Program): boolean {
    return this.#places >= limits.processes;
  }

  /** Waits for programs that are ending: their clients have their answers, and may be the ones who ask now. */
  async #someEnd({ script }: Program): Promise<void> {
    const ending = [...this.#runs].filter((run) => run.isEnding);
    if (ending.length === 0) {
      const why = `${this.#places} programs are running, which is limits.cgi_processes`;
      throw busy(why, `${script.name}: ${why}`);
    }
    await Promise.race(ending.map((run) => run.ended));
  }

  #start(
    request: Request,
    { script, interpreter, limits, ...program }: Program,
    contentLength: number | undefined,
  ): CgiRun {
    const { runner, clock, errorLog, files, searchPath, software } = this.options;
    const [first = script.file, ...args] = [...interpreter, ...(interpreter.length > 0 ? [script.file] : [])];
    const run: CgiRun = new CgiRun({
      program: first,
      args,
      folder: dirname(script.file),
      environment: cgiEnvironment(request, script, {
        documentRoot: program.documentRoot,
        searchPath,
        software,
        passAuthorization: program.passAuthorization,
        user: program.user,
        extra: program.environment,
        contentLength,
        errorPage: program.errorPage,
      }),
      hasInput: contentLength !== undefined && contentLength > 0,
    }, {
      runner,
      clock,
      errorLog,
      name: script.name,
      file: script.file,
      files,
      notes: program.notes,
      client: request,
      listener: program.listener,
      timeout: limits.timeout,
      onEnd: () => {
        this.#runs.delete(run);
        this.#places--;
      },
    });
    this.#runs.add(run);
    return run;
  }

  async #response(request: Request, { script }: Program, run: CgiRun): Promise<Outcome> {
    if (script.file.slice(script.file.lastIndexOf("/") + 1).startsWith("nph-")) return await rawResponse(run);
    const { block, rest } = await run.header();
    const answer = cgiAnswer(block);
    if (answer instanceof InternalRedirect || answer instanceof HttpError) {
      await run.abandon();
      return answer;
    }
    // Nobody is going to read a body, but a program that has just begun to write it should not be hit for that.
    const body = new ProgramSource(
      run,
      rest,
      request.method === "HEAD" ? block.contentLength : announced(answer.status, block),
    );
    return { ...answer, body, isByProgram: true };
  }
}

function announced(status: number, block: { contentLength: number | undefined }): number | undefined {
  return status === 204 || status === 304 ? 0 : block.contentLength;
}

/** Non-parsed headers, RFC 3875 section 5: the output is the whole message. */
async function rawResponse(run: CgiRun): Promise<Response> {
  const first = await run.read();
  if (first === null) throw await run.endedEarly(undefined);
  const status = /^HTTP\/1\.[01] ([0-9]{3})/.exec(String.fromCharCode(...first.subarray(0, 12)))?.[1];
  return {
    status: status === undefined ? 200 : Number(status),
    fields: FieldBlock.EMPTY,
    body: new ProgramSource(run, first, undefined),
    raw: true,
  };
}

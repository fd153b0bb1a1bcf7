/**
 * The gateway: a request in, a program's answer out (RFC 3875), and a bound on how many run at once.
 *
 * @module
 */
import { dirname } from "@std/path";
import { GoneError, type Request, type Response } from "../http/message.ts";
import type { Clock, Log, ProcessRunner, Spooler } from "../ports.ts";
import { cgiAnswer } from "./answer.ts";
import { cgiEnvironment, type Script } from "./environment.ts";
import { CgiError } from "./errors.ts";
import { programInput } from "./request_input.ts";
import { CgiRun } from "./run.ts";
import { CgiSource } from "./source.ts";

/** What the programs of one server share. */
export interface GatewayOptions {
  readonly runner: ProcessRunner;
  readonly spooler: Spooler;
  readonly clock: Clock;
  readonly errorLog: Log;
  /** How long a program may be silent, in milliseconds. */
  readonly timeout: number;
  /** How many may run at once. */
  readonly processes: number;
  readonly searchPath: string;
  readonly software: string;
}

/** A program, how it is started, and what its location says about it. */
export interface Program {
  readonly script: Script;
  /** The interpreter's words; empty where the file itself is run. */
  readonly interpreter: readonly string[];
  readonly documentRoot: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly passAuthorization: boolean;
  /** Bytes of a chunked body. */
  readonly bodyLimit: number;
}

/** The program wants another path of this server to answer in its place, with GET (RFC 3875 section 6.2.2). */
export interface LocalRedirect extends Response {
  readonly localRedirect: string;
}

/** Runs programs. Owns them: after stop() none is left. */
export class Gateway {
  readonly #runs = new Set<CgiRun>();
  /** Requests that have a place, also while their body is still being collected. */
  #places = 0;

  /** @param options may be changed: programs that are started from then on get the others */
  constructor(public options: GatewayOptions) {}

  /**
   * Answers a request with a program.
   *
   * @throws {CgiError} where it gave no answer
   * @throws {PeerError | GoneError} where the request's body broke
   */
  async answer(request: Request, program: Program): Promise<Response | LocalRedirect> {
    await this.#takePlace();
    let run: CgiRun | undefined;
    try {
      const announced = request.fields.has("content-length");
      const input = await programInput(request.body, announced, program.bodyLimit, this.options.spooler);
      try {
        run = this.#start(request, program, input.length);
      } catch (error) {
        input.close();
        throw error;
      }
      void run.feed(() => input.next()).then(() => input.close());
    } finally {
      if (!run) this.#places--;
    }
    const takeBack = request.onGone(() => run.stop(new GoneError()));
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

  /** Waits for programs that are ending: their clients have their answers, and may be the ones who ask now. */
  async #takePlace(): Promise<void> {
    while (this.#places >= this.options.processes) {
      const ending = [...this.#runs].filter((run) => run.isEnding);
      if (ending.length === 0) {
        throw new CgiError(503, `${this.#places} programs are running, which is limits.cgi_processes`);
      }
      await Promise.race(ending.map((run) => run.ended));
    }
    this.#places++;
  }

  #start(
    request: Request,
    { script, interpreter, ...program }: Program,
    contentLength: number | undefined,
  ): CgiRun {
    const { runner, clock, errorLog, timeout, searchPath, software } = this.options;
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
        extra: program.environment,
        contentLength,
      }),
      hasInput: contentLength !== undefined && contentLength > 0,
    }, {
      runner,
      clock,
      errorLog,
      name: script.name,
      timeout,
      onEnd: () => {
        this.#runs.delete(run);
        this.#places--;
      },
    });
    this.#runs.add(run);
    return run;
  }

  async #response(request: Request, { script }: Program, run: CgiRun): Promise<Response | LocalRedirect> {
    if (script.file.slice(script.file.lastIndexOf("/") + 1).startsWith("nph-")) return await rawResponse(run);
    const { block, rest } = await run.header();
    const answer = cgiAnswer(block);
    if (answer.kind === "local redirect") {
      await run.abandon();
      return { status: 502, fields: "", body: undefined, localRedirect: answer.target };
    }
    const { status, reason, fields } = answer;
    // Nobody is going to read a body, but a program that has just begun to write it should not be hit for that.
    const body = new CgiSource(
      run,
      rest,
      request.method === "HEAD" ? block.contentLength : announced(status, block),
    );
    return { status, ...(reason !== undefined && { reason }), fields, body };
  }
}

function announced(status: number, block: { contentLength: number | undefined }): number | undefined {
  return status === 204 || status === 304 ? 0 : block.contentLength;
}

/** Non-parsed headers, RFC 3875 section 5: the output is the whole message. */
async function rawResponse(run: CgiRun): Promise<Response> {
  const first = await run.read();
  if (first === null) throw new CgiError(502, "it ended without a word");
  const status = /^HTTP\/1\.[01] ([0-9]{3})/.exec(String.fromCharCode(...first.subarray(0, 12)))?.[1];
  return {
    status: status === undefined ? 200 : Number(status),
    fields: "",
    body: new CgiSource(run, first, undefined),
    raw: true,
  };
}

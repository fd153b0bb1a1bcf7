/**
 * The gateway to FastCGI servers: a request in, a program's answer out, after RFC 3875 as with CGI.
 *
 * @module
 */
import { cgiAnswer } from "../cgi_protocol/answer.ts";
import type { ProgramListener } from "../cgi_protocol/error_lines.ts";
import { cgiEnvironment, type ErrorPageOf, type Script } from "../cgi_protocol/environment.ts";
import { type Collected, type ProgramInput, programInput } from "../cgi_protocol/request_input.ts";
import type { ProgramNotes } from "../cgi_protocol/program_notes.ts";
import { ProgramSource } from "../cgi_protocol/source.ts";
import { busy, GoneError, HttpError } from "../http/errors.ts";
import { InternalRedirect, type Outcome, type Request, type Response } from "../http/message.ts";
import type { Clock, Dialer, ErrorLog, Pools, Spooler } from "../ports.ts";
import { Client } from "./client.ts";
import type { FastcgiConnection } from "./connection.ts";
import { failureOf } from "./failures.ts";
import { FastcgiRun, NothingCame } from "./run.ts";
import { type FastcgiServer, nameOfServer } from "./server.ts";
import { Upstream } from "./upstream.ts";

/** Between two looks at what waits, in milliseconds. */
const TICK = 100;

/** What the gateway of one thread works with. */
export interface FastcgiOptions {
  readonly dialer: Dialer;
  /** Has those servers started that are started here. */
  readonly pools: Pools;
  readonly spooler: Spooler;
  readonly clock: Clock;
  readonly errorLog: ErrorLog;
  readonly searchPath: string;
  readonly software: string;
}

/** A program that a FastCGI server has, and what its location says about it. */
export interface FastcgiProgram {
  readonly server: FastcgiServer;
  /** As the server sees it. */
  readonly script: Script;
  readonly documentRoot: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
  readonly passAuthorization: boolean;
  /** Who has logged in; undefined: nobody was asked, or has. */
  readonly user?: string | undefined;
  /** Bytes of a chunked body. */
  readonly bodyLimit: number;
  readonly limits: FastcgiLimits;
  /** The error that it is to make the page for. */
  readonly errorPage?: ErrorPageOf | undefined;
  /** Takes down how it answers, in case that it fails; undefined where nobody is to see that. */
  readonly notes?: ProgramNotes | undefined;
  /** Hears its standard error besides the log. */
  readonly listener?: ProgramListener | undefined;
}

/** What holds for all programs of a configuration. */
export interface FastcgiLimits {
  /** How long a server may be silent, and a request may wait for a connection, in milliseconds. */
  readonly timeout: number;
  /** Connections of one thread to a server that is not started here, and chunked bodies that are collected at once. */
  readonly processes: number;
}

/** Owns all connections to FastCGI servers: after stop() none is left. */
export class FastcgiGateway {
  readonly #options: FastcgiOptions;
  readonly #upstreams = new Map<string, Upstream>();
  readonly #runs = new Set<FastcgiRun>();
  /** What is held of bodies that do not flow yet. */
  readonly #collected: Collected = { bytes: 0 };
  /** Chunked bodies that flow and are not whole. */
  #collecting = 0;
  /** Requests that have no head of an answer yet. */
  #asked = 0;
  #stopTicking: (() => void) | undefined;
  #isStopped = false;

  constructor(options: FastcgiOptions) {
    this.#options = options;
  }

  /** No request is being answered. */
  get isUnused(): boolean {
    return this.#asked === 0 && this.#runs.size === 0;
  }

  /**
   * Answers a request with a program.
   *
   * @throws {HttpError} where it gave no answer, or the request's body broke
   * @throws {GoneError} where the client left
   */
  async answer(request: Request, program: FastcgiProgram): Promise<Outcome> {
    const upstream = this.#upstream(program);
    program.notes?.started({ command: [], environment: {}, server: upstream.name });
    this.#asked++;
    try {
      upstream.refuseMore();
      const input = request.body.length === 0 ? undefined : await this.#input(request, program);
      if (this.#isStopped) {
        input?.close();
        throw new GoneError();
      }
      // While the body came nobody else may have needed it.
      return await this.#ask(request, program, this.#upstream(program), input);
    } catch (error) {
      throw failureOf(error, program.script.name, upstream.name);
    } finally {
      this.#asked--;
    }
  }

  /** Ends every request, for good. */
  stop(): void {
    this.#isStopped = true;
    for (const run of this.#runs) run.stop(new GoneError());
    for (const upstream of this.#upstreams.values()) upstream.close();
    this.#upstreams.clear();
    this.#tick();
  }

  #upstream({ server, limits }: FastcgiProgram): Upstream {
    if (this.#isStopped) throw new GoneError();
    const name = nameOfServer(server);
    let upstream = this.#upstreams.get(name);
    if (!upstream) this.#upstreams.set(name, upstream = new Upstream(server, name, this.#options));
    upstream.most = "spawn" in server ? server.processes : limits.processes;
    this.#stopTicking ??= this.#options.clock.every(TICK, () => this.#tick());
    return upstream;
  }

  /** The beginning of a body, or all of a chunked one. No connection waits for it. */
  async #input(request: Request, { bodyLimit, limits }: FastcgiProgram): Promise<ProgramInput> {
    let counts = false;
    try {
      return await programInput(request.body, request.fields.has("content-length"), {
        limit: bodyLimit,
        spooler: this.#options.spooler,
        collected: this.#collected,
        mayWait: () => false,
        onFlow: () => {
          if (request.body.length !== undefined) return Promise.resolve();
          if (this.#collecting >= limits.processes) {
            throw busy(
              `${this.#collecting} chunked bodies are being collected, which is limits.cgi_processes`,
            );
          }
          counts = true;
          this.#collecting++;
          return Promise.resolve();
        },
      });
    } finally {
      if (counts) this.#collecting--;
    }
  }

  /** @param input is closed, whatever happens */
  async #ask(
    request: Request,
    program: FastcgiProgram,
    upstream: Upstream,
    input: ProgramInput | undefined,
  ): Promise<Outcome> {
    for (let isFirst = true;; isFirst = false) {
      const client = new Client(request, program.limits.timeout);
      let connection: FastcgiConnection;
      try {
        connection = await upstream.take(client, isFirst && client.mayRepeat);
      } catch (error) {
        client.end();
        input?.close();
        throw error;
      }
      if (client.isGone) {
        client.end();
        input?.close();
        upstream.giveBack(connection, false);
        throw new GoneError();
      }
      const wasKept = connection.requests > 0;
      const run = this.#start(request, program, upstream, client, connection, input);
      try {
        return await this.#response(request, run);
      } catch (error) {
        run.stop(error);
        if (!(error instanceof NothingCame) || !client.mayRepeat || client.isGone) throw error;
        // A server may end a connection that is kept at any time, and could not say so before it was asked again; one that
        // is started here may be dying, and another is about to be started. There is one more try, so it is looked at first.
        if (!isFirst || !(upstream.doubt() || wasKept)) throw error;
      }
    }
  }

  #start(
    request: Request,
    program: FastcgiProgram,
    upstream: Upstream,
    client: Client,
    connection: FastcgiConnection,
    input: ProgramInput | undefined,
  ): FastcgiRun {
    const { clock, errorLog, searchPath, software } = this.#options;
    const run: FastcgiRun = new FastcgiRun(connection, {
      clock,
      errorLog,
      name: program.script.name,
      server: upstream.name,
      listener: program.listener,
      timeout: program.limits.timeout,
      notes: program.notes,
      onAnswer: () => upstream.answered(connection),
      onEnd: (mayStay) => {
        this.#runs.delete(run);
        client.end();
        upstream.giveBack(connection, mayStay);
      },
    });
    this.#runs.add(run);
    const contentLength = input?.length ?? (request.fields.has("content-length") ? 0 : undefined);
    const environment = cgiEnvironment(request, program.script, {
      documentRoot: program.documentRoot,
      searchPath,
      software,
      passAuthorization: program.passAuthorization,
      user: program.user,
      extra: program.environment,
      contentLength,
      errorPage: program.errorPage,
    });
    program.notes?.started({ command: [], environment, server: upstream.name });
    run.begin(environment, input);
    client.begin(() => {
      // Who has its answer may leave.
      if (!run.isEnding) run.stop(new GoneError());
    });
    return run;
  }

  async #response(request: Request, run: FastcgiRun): Promise<Outcome> {
    const { block, rest } = await run.header();
    const answer = cgiAnswer(block);
    if (answer instanceof InternalRedirect || answer instanceof HttpError) {
      await run.abandon();
      return answer;
    }
    const { status } = answer, isHead = request.method === "HEAD";
    const length = !isHead && (status === 204 || status === 304) ? 0 : block.contentLength;
    const whole = isHead ? undefined : run.rest(rest);
    return { ...answer, body: content(run, rest, whole, length, status), isByProgram: true };
  }

  #tick(): void {
    const now = this.#options.clock.monotonic();
    for (const run of this.#runs) run.tick(now);
    for (const [name, upstream] of this.#upstreams) {
      upstream.tick(now);
      if (upstream.isUnused) this.#upstreams.delete(name);
    }
    if (this.#upstreams.size > 0) return;
    this.#stopTicking?.();
    this.#stopTicking = undefined;
  }
}

/** PERF: what is there already leaves in one write with the head; but an error without a word is to get a page. */
function content(
  run: FastcgiRun,
  first: Uint8Array,
  whole: Uint8Array | undefined,
  announced: number | undefined,
  status: number,
): Response["body"] {
  const isWhole = whole !== undefined && (announced === undefined || announced === whole.length);
  if (isWhole && (whole.length > 0 || status < 400)) return whole;
  return new ProgramSource(run, whole ?? first, announced);
}

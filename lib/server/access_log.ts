/**
 * The access log: one line for each response, whatever protocol it went out in.
 *
 * @module
 */
import { withoutSecret } from "../http/login_path.ts";
import type { Recording, Request, Response } from "../http/message.ts";
import type { ByteConnection, Clock, Log } from "../ports.ts";
import { commonLine, jsonLine } from "./access_formats.ts";
import { devLine } from "./dev_format.ts";

/** `dev` is for the person at a terminal. */
export type AccessFormat = "dev" | "combined" | "common" | "json";

/** The terminal that a log is shown on. */
export interface LogTerminal {
  /** May change at any time; undefined: not known, so that lines are not cut. */
  readonly columns: number | undefined;
}

/** What the log takes from a request. */
export interface LoggedRequest
  extends Pick<Request, "host" | "method" | "target" | "version" | "fields" | "forwarded"> {
  /** What AccessLog.start() gave when the request's head had been read; 0 where nobody asked. */
  readonly started: number;
  /** Who takes it down, where somebody does: see Request. */
  readonly record?: Recording | undefined;
}

/** What became of a request. */
export interface Outcome {
  readonly status: number;
  /** Bytes of the body that were sent, without framing. */
  readonly bytes: number;
  /** Why it is an error, as far as that is known. */
  readonly why?: string | undefined;
  /** Whose name and password were right. */
  readonly user?: string | undefined;
  /** What was slow or broken on purpose; combined and common have no place for it. */
  readonly weather?: string | undefined;
}

/** Hears of every answer. */
export interface AnswerLog {
  /** The time of a request that begins, on the monotonic clock in milliseconds; 0 where it is not wanted. */
  start(): number;
  /**
   * An answer has left, or as much of it as the client took.
   *
   * @param connection that it went out on
   * @param request undefined where none could be read
   * @param response undefined where no more is known of it than the outcome: of a tunnel
   */
  write(
    connection: Pick<ByteConnection, "remote" | "local">,
    request: LoggedRequest | undefined,
    outcome: Outcome,
    response?: Response,
  ): void;
}

/** Writes a line for each response. */
export class AccessLog implements AnswerLog {
  readonly #log: Log;
  readonly #format: AccessFormat;
  readonly #worker: number;
  readonly #clock: Clock;
  readonly #terminal: LogTerminal | undefined;
  readonly #isTimed: boolean;
  readonly #showsHost: boolean;

  /**
   * @param terminal for the format that is cut at its width
   * @param showsHost the format `dev` has the host, too
   */
  constructor(
    log: Log,
    format: AccessFormat,
    worker: number,
    clock: Clock,
    terminal?: LogTerminal,
    showsHost = false,
  ) {
    this.#showsHost = showsHost;
    this.#log = log;
    this.#format = format;
    this.#worker = worker;
    this.#clock = clock;
    this.#terminal = terminal;
    this.#isTimed = format === "json" || format === "dev";
  }

  /**
   * The time of a request that begins. PERF: only the formats that have the time take it, since it is one look at the
   * clock here and one at the end.
   */
  start(): number {
    return this.#isTimed ? this.#clock.monotonic() : 0;
  }

  /**
   * Logs a response.
   *
   * @param connection that it went out on
   * @param request undefined where none could be read
   */
  write(
    { remote, local }: Pick<ByteConnection, "remote" | "local">,
    request: LoggedRequest | undefined,
    { status, bytes, why, weather, user }: Outcome,
  ): void {
    const clock = this.#clock, referer = request?.fields.get("referer");
    const entry = {
      remote: (request?.forwarded?.client ?? remote).hostname,
      host: request?.host ?? "",
      method: request?.method ?? "",
      target: request === undefined ? "" : withoutSecret(request.target),
      protocol: request?.version ?? "",
      status,
      bytes,
      // Where another log was in use when the request began, nobody has looked at the clock.
      duration: !this.#isTimed || request === undefined || request.started === 0
        ? 0
        : clock.monotonic() - request.started,
      referer: referer && withoutSecret(referer),
      userAgent: request?.fields.get("user-agent"),
      weather,
      user,
    };
    const format = this.#format, now = clock.now();
    this.#log.line(
      format === "json" ? jsonLine(entry, now, this.#worker) : format === "dev"
        ? devLine(
          entry,
          { local: local.hostname, why, showsHost: this.#showsHost },
          now,
          this.#terminal?.columns,
        )
        : commonLine(entry, now, format === "combined"),
    );
  }
}

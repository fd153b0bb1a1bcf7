/**
 * The access log: one line for each response, whatever protocol it went out in.
 *
 * @module
 */
import type { Request } from "../http/message.ts";
import type { Clock, Log } from "../ports.ts";
import { commonLine, jsonLine } from "./access_formats.ts";

export type AccessFormat = "combined" | "common" | "json";

/** What the log takes from a request. */
export interface LoggedRequest extends Pick<Request, "host" | "method" | "target" | "version" | "fields"> {
  /** What AccessLog.start() gave when the request's head had been read; 0 where nobody asked. */
  readonly started: number;
}

/** What became of a request. */
export interface Outcome {
  readonly status: number;
  /** Bytes of the body that were sent, without framing. */
  readonly bytes: number;
}

/** Writes a line for each response. */
export class AccessLog {
  readonly #log: Log;
  readonly #format: AccessFormat;
  readonly #worker: number;
  readonly #clock: Clock;

  constructor(log: Log, format: AccessFormat, worker: number, clock: Clock) {
    this.#log = log;
    this.#format = format;
    this.#worker = worker;
    this.#clock = clock;
  }

  /**
   * The time of a request that begins. PERF: only the format that has the time takes it, since it is one look at the
   * clock here and one at the end.
   */
  start(): number {
    return this.#format === "json" ? this.#clock.monotonic() : 0;
  }

  /**
   * Logs a response.
   *
   * @param remote the client's address
   * @param request undefined where none could be read
   */
  write(remote: string, request: LoggedRequest | undefined, { status, bytes }: Outcome): void {
    const clock = this.#clock;
    const entry = {
      remote,
      host: request?.host ?? "",
      method: request?.method ?? "",
      target: request?.target ?? "",
      protocol: request?.version ?? "",
      status,
      bytes,
      // Where another log was in use when the request began, nobody has looked at the clock.
      duration: request === undefined || request.started === 0 ? 0 : clock.monotonic() - request.started,
      referer: request?.fields.get("referer"),
      userAgent: request?.fields.get("user-agent"),
    };
    this.#log.line(
      this.#format === "json"
        ? jsonLine(entry, clock.now(), this.#worker)
        : commonLine(entry, clock.now(), this.#format === "combined"),
    );
  }
}

/**
 * The logs of a server, written by the main thread alone, so that lines of several workers never mix.
 *
 * @module
 */
import type { Config, LogTarget } from "../config/types.ts";
import type { ErrorLog } from "../ports.ts";
import { clock } from "../runtime/clock.ts";
import { errorLogTo } from "../runtime/error_log.ts";
import { fileLog, type LineLog, type LogWriter, streamLog } from "../runtime/logs.ts";
import { NO_TERMINAL, type Terminal } from "../runtime/terminal.ts";
import { coloured } from "../server/dev_format.ts";
import { accessFormat, errorTime, isOnTerminal } from "./log_style.ts";

const decoder = new TextDecoder(), encoder = new TextEncoder();

const NOWHERE: LineLog = {
  line: () => {},
  // Later, as from a log that is written: else nobody could post more than is taken in one turn.
  lines: (_, over) => void (over && setTimeout(over)),
};

/** Owns the log files of one configuration. */
export class SupervisorLogs {
  readonly access: LineLog;
  readonly error: LineLog;
  /** The same log, for what the main thread itself has to say. */
  readonly errors: ErrorLog;
  readonly #writers = new Map<string, LogWriter>();
  /** There are log files, which may be moved away. */
  readonly hasFiles: boolean;
  readonly #targets: string;

  /** @throws {LogError} if a log file cannot be opened */
  constructor(config: Config, terminal: Terminal = NO_TERMINAL) {
    const access = this.#open(config.accessLog);
    this.access = isColoured(config, terminal) ? inColour(access) : access;
    this.error = this.#open(config.errorLog);
    const time = errorTime(config, terminal);
    this.errors = errorLogTo(this.error, () => time(clock.now()));
    this.#targets = targetsOf(config);
    this.hasFiles = [config.accessLog, config.errorLog].some(({ to }) => to === "file");
  }

  /** True if a configuration logs to the same places. */
  isFor(config: Config): boolean {
    return targetsOf(config) === this.#targets;
  }

  /** Opens log files again that were moved away. */
  reopen(): void {
    for (const writer of this.#writers.values()) writer.reopen();
  }

  /** @param patience how long it is waited for somebody to read them, in milliseconds */
  async close(patience?: number): Promise<void> {
    await Promise.all([...this.#writers.values()].map((writer) => writer.close(patience)));
  }

  /** Both logs may go to one place. */
  #open(target: LogTarget): LineLog {
    if (target.to === "off") return NOWHERE;
    const key = target.to === "file" ? target.path : target.to;
    const writer = this.#writers.get(key) ??
      (target.to === "file" ? fileLog(target.path) : streamLog(target.to));
    this.#writers.set(key, writer);
    return writer;
  }
}

function targetsOf({ accessLog, errorLog, logFormat }: Config): string {
  return JSON.stringify([accessLog, errorLog, logFormat]);
}

function isColoured(config: Config, terminal: Terminal): boolean {
  return terminal.colour && isOnTerminal(config.accessLog, terminal) &&
    accessFormat(config, terminal) === "dev";
}

/** SECURITY: here and not in a worker, from which nothing is taken that a terminal would obey. */
function inColour(log: LineLog): LineLog {
  return {
    line: (text) => log.line(text),
    lines: (bytes, over) =>
      log.lines(encoder.encode(decoder.decode(bytes).split("\n").map(coloured).join("\n")), over),
  };
}

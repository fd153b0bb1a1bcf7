/**
 * The logs of a server, written by the main thread alone, so that lines of several workers never mix.
 *
 * @module
 */
import type { Config, LogTarget } from "../config/types.ts";
import type { ErrorLog } from "../ports.ts";
import { errorLogTo } from "../runtime/error_log.ts";
import { fileLog, type LineLog, type LogWriter, streamLog } from "../runtime/logs.ts";

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
  constructor(config: Config) {
    this.access = this.#open(config.accessLog);
    this.error = this.#open(config.errorLog);
    this.errors = errorLogTo(this.error);
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

function targetsOf({ accessLog, errorLog }: Config): string {
  return JSON.stringify([accessLog, errorLog]);
}

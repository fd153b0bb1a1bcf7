/**
 * Logs to the standard streams and to files. Lines are collected and written in batches, off the way of the requests;
 * what cannot be written fast enough is dropped and counted, since a server must neither wait for its log nor grow
 * without end because of it.
 *
 * @module
 */
import { closeSync, constants, openSync } from "node:fs";
import { LF } from "../bytes/ascii.ts";
import { controlEscaper } from "../bytes/controls.ts";
import type { Log } from "../ports.ts";
import { cutLine, LineBatch } from "./line_batch.ts";
import { writeAll } from "./positioned_file.ts";

/** How long a line may wait to be written, in milliseconds. */
const FLUSH_DELAY = 50;

/** Bytes that may wait: more means that nobody reads the log. */
const MAX_PENDING = 4 * 1024 * 1024;

/**
 * SECURITY: what must not get into a log from a program or a file's name, since terminals obey it. Line ends belong to
 * stack traces.
 */
export const escapeControls = controlEscaper("\t\n");

/** A log that also takes what another one has made ready. */
export interface LineLog extends Log {
  /**
   * Takes whole lines with their line ends, in which nothing is left that a terminal would obey.
   *
   * @param over is called in a later turn, once they are written, or dropped
   */
  lines(bytes: Uint8Array<ArrayBuffer>, over?: () => void): void;
}

/** Where log lines go. */
export interface LogWriter extends LineLog {
  /** Resolves when all lines so far are written, or cannot be. */
  flush(): Promise<void>;
  /** Opens the file again under its name where it is another one or none: it was moved away. */
  reopen(): void;
  /** @param patience how long it is waited for somebody to read, in milliseconds; the rest is lost */
  close(patience?: number): Promise<void>;
}

/** A log to standard output or standard error. */
export function streamLog(stream: "stdout" | "stderr"): LogWriter {
  return new BatchLog(() => ({
    write: (bytes) => writeAll(Deno[stream], bytes),
    isMoved: () => false,
    close: () => {},
  }));
}

/** A log file cannot be opened. The message names it and says why. */
export class LogError extends Error {
  override readonly name = "LogError";
}

/** A log that is appended to a file. @throws {LogError} */
export function fileLog(path: string): LogWriter {
  return new BatchLog(() => {
    const file = openFile(path);
    const opened = file.statSync();
    return {
      write: (bytes) => writeAll(file, bytes),
      isMoved: () => isAnother(path, opened),
      close: () => file.close(),
    };
  });
}

function openFile(path: string): Deno.FsFile {
  let kept: number | undefined;
  try {
    kept = openExisting(path);
    return Deno.openSync(path, { append: true, create: true });
  } catch (error) {
    throw new LogError(`${path} ${problemOf(error)}`, { cause: error });
  } finally {
    // Not before: the reader of a pipe would take it for the end.
    if (kept !== undefined) closeSync(kept);
  }
}

/**
 * What is there already: opening a pipe without a reader in the plain way would hold this thread until there is one.
 *
 * @throws the system's ENXIO
 */
function openExisting(path: string): number | undefined {
  try {
    return openSync(path, constants.O_WRONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    if ((error as { code?: unknown }).code === "ENXIO") throw error;
    // Whatever else is wrong the opening itself will say; that it is not there yet is not wrong.
    return undefined;
  }
}

/** True if the file at a path is another one than was opened there, or none. */
function isAnother(path: string, { dev, ino }: Deno.FileInfo): boolean {
  try {
    const now = Deno.statSync(path);
    // Whatever is no file is never opened: that could wait for a reader, and everything with it.
    return now.isFile && (now.dev !== dev || now.ino !== ino);
  } catch (error) {
    // Otherwise it cannot be told.
    return error instanceof Deno.errors.NotFound;
  }
}

function problemOf(error: unknown): string {
  if ((error as { code?: unknown }).code === "ENXIO") {
    return "is a pipe or socket that nobody reads: start its reader first";
  }
  if (error instanceof Deno.errors.NotFound) return "cannot be written: its folder does not exist";
  if (error instanceof Deno.errors.NotCapable) return "may not be written: start with --allow-write";
  if (error instanceof Deno.errors.PermissionDenied) return "may not be written: check its permissions";
  if (error instanceof Deno.errors.IsADirectory) return "is a folder: name a file";
  return `cannot be written: ${error instanceof Error ? error.message : String(error)}`;
}

interface Sink {
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** It has another place by now than open() gives it. */
  isMoved(): boolean;
  close(): void;
}

class BatchLog implements LogWriter {
  readonly #batch = new LineBatch();
  /** Bytes that wait, those that are being written included. */
  #size = 0;
  #dropped = 0;
  /** Who is to hear that what stands in the batch is written. */
  #waiting: (() => void)[] = [];
  #closed = false;
  #reopening = false;
  /** It was said that it cannot be opened again. */
  #hasComplained = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #writing: Promise<void> = Promise.resolve();
  #sink: Sink;

  constructor(readonly open: () => Sink) {
    this.#sink = open();
  }

  line(text: string): void {
    if (!this.#hasRoom(undefined)) return;
    this.#size += this.#batch.line(escapeControls(cutLine(text)));
    this.#flushSoon();
  }

  lines(bytes: Uint8Array<ArrayBuffer>, over?: () => void): void {
    if (this.#hasRoom(bytes)) {
      this.#batch.lines(bytes);
      this.#size += bytes.length;
    }
    if (over) this.#waiting.push(over);
    this.#flushSoon();
  }

  /** Counts the lines that are dropped where there is none. */
  #hasRoom(lines: Uint8Array | undefined): boolean {
    if (this.#closed) return false;
    if (this.#size <= MAX_PENDING) return true;
    this.#dropped += lines?.reduce((count, byte) => byte === LF ? count + 1 : count, 0) ?? 1;
    return false;
  }

  #flushSoon(): void {
    this.#timer ??= setTimeout(() => void this.flush(), FLUSH_DELAY);
  }

  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    return this.#writing = this.#writing.then(() => this.#write());
  }

  reopen(): void {
    if (this.#reopening || this.#closed || !this.#sink.isMoved()) return;
    this.#reopening = true;
    // What waits goes to the new file; only what is being written ends in the old one.
    this.#writing = this.#writing.then(() => {
      this.#reopening = false;
      this.#openAgain();
    });
  }

  #openAgain(): void {
    if (this.#closed) return;
    const old = this.#sink;
    try {
      this.#sink = this.open();
      this.#hasComplained = false;
    } catch (error) {
      if (!(error instanceof LogError)) throw error;
      // The old file is still there to say it in, under whatever name it has now.
      if (!this.#hasComplained) this.line(`warning: the log was not opened again: ${error.message}`);
      this.#hasComplained = true;
      return;
    }
    old.close();
  }

  async close(patience = Infinity): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => {
      if (patience < Infinity) timer = setTimeout(resolve, patience);
    });
    await Promise.race([this.#flushAll(), late]);
    clearTimeout(timer);
    clearTimeout(this.#timer);
    this.#closed = true;
    this.#sink.close();
  }

  async #flushAll(): Promise<void> {
    // Opening it again may have left a line of its own.
    do await this.flush(); while (this.#size > 0 && !this.#closed);
  }

  async #write(): Promise<void> {
    if (this.#dropped > 0) {
      this.#size += this.#batch.line(
        `warning: ${this.#dropped} log lines were dropped: the log is read too slowly`,
      );
    }
    this.#dropped = 0;
    const pieces = this.#batch.take(), size = this.#size, waiting = this.#waiting;
    this.#waiting = [];
    try {
      for (const bytes of pieces) await this.#sink.write(bytes);
    } catch {
      // Nobody reads the stream any more (a closed pipe) or the disk is full: there is no place left to say so.
    }
    this.#size -= size;
    waiting.forEach((over) => over());
  }
}

/**
 * What programs say on standard error, line by line, with the program's name before it.
 *
 * @module
 */
import { controlEscaper } from "../bytes/controls.ts";
import { Allowance } from "../http/allowance.ts";
import type { Clock, ErrorLog } from "../ports.ts";

/** A longer line is cut into several. */
const LONGEST_LINE = 4096;

/** SECURITY: a program must neither forge a line nor drive a terminal. */
const escapeControls = controlEscaper("\t");

/** Bytes that a program may say at once, and in each second. More would fill the disk, and keep others from the log. */
const BOUNDS = { burst: 1024 * 1024, rate: 256 * 1024 };

/** What is not logged is read all the same, so that the program goes on; with a pause after each piece, in milliseconds. */
const PAUSE = 5;

/** Somebody else who wants to know what a program says. */
export interface ProgramListener {
  /** A line, without control characters. */
  programSaid(line: string): void;
}

/** Logs every line until the end, as long as they are not too many. Never rejects. */
export async function logLines(
  read: () => Promise<Uint8Array | null>,
  log: ErrorLog,
  name: string,
  clock: Clock,
  listener?: ProgramListener,
): Promise<void> {
  const errors = new ProgramErrors(log, name, clock, listener);
  for (let piece = await read(); piece !== null; piece = await read()) {
    const pause = errors.push(piece);
    if (pause > 0) await new Promise<void>((resolve) => clock.after(pause, resolve));
  }
  errors.end();
}

/** The standard error of one program, piece by piece. */
export class ProgramErrors {
  readonly #log: ErrorLog;
  readonly #name: string;
  readonly #clock: Clock;
  readonly #lines: ErrorLines;
  readonly #allowance: Allowance;
  /** Bytes that were not logged since the last that were. */
  #left = 0;

  constructor(log: ErrorLog, name: string, clock: Clock, listener?: ProgramListener) {
    this.#log = log;
    this.#name = name;
    this.#clock = clock;
    this.#lines = new ErrorLines((line) => {
      const escaped = escapeControls(line);
      log.program(name, escaped);
      listener?.programSaid(escaped);
    });
    this.#allowance = new Allowance(BOUNDS, clock.monotonic());
  }

  /** Logs the lines that are whole. @returns how long the program is not to be read on, in milliseconds; mostly 0 */
  push(piece: Uint8Array): number {
    if (this.#allowance.take(piece.length, this.#clock.monotonic())) {
      this.#tell();
      this.#lines.push(piece);
      return 0;
    }
    if (this.#left === 0) this.#lines.end();
    this.#left += piece.length;
    return PAUSE;
  }

  /** What has no end yet is a line. */
  end(): void {
    this.#lines.end();
    this.#tell();
  }

  #tell(): void {
    if (this.#left > 0) {
      this.#log.program(
        this.#name,
        `${this.#left} bytes of its standard error were not logged: it says too much`,
      );
    }
    this.#left = 0;
  }
}

/** Makes lines out of pieces. */
class ErrorLines {
  #decoder = new TextDecoder();
  #pending = "";

  constructor(readonly log: (line: string) => void) {}

  push(piece: Uint8Array): void {
    const lines = (this.#pending + this.#decoder.decode(piece, { stream: true })).split("\n");
    this.#pending = lines.pop()!;
    for (const line of lines) this.#say(line);
    for (; this.#pending.length > LONGEST_LINE; this.#pending = this.#pending.slice(LONGEST_LINE)) {
      this.#say(this.#pending.slice(0, LONGEST_LINE));
    }
  }

  /** What has no end yet is a line. */
  end(): void {
    const rest = this.#pending + this.#decoder.decode();
    this.#pending = "";
    if (rest !== "") this.#say(rest);
  }

  #say(line: string): void {
    const text = line.endsWith("\r") ? line.slice(0, -1) : line;
    for (let start = 0; start === 0 || start < text.length; start += LONGEST_LINE) {
      this.log(text.slice(start, start + LONGEST_LINE));
    }
  }
}

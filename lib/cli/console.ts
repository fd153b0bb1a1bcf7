/**
 * What commands say to the person in front of them.
 *
 * @module
 */
import { writeAll } from "../runtime/positioned_file.ts";
import { FileAccessError } from "./file_problems.ts";

const encoder = new TextEncoder();

/** Prints to standard output, whole. @throws {FileAccessError} */
export function print(text: string): void {
  try {
    write(Deno.stdout, text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new FileAccessError(`standard output cannot be written: ${why}`);
  }
}

/**
 * Prints a line to standard error. Where it cannot be written (a full disk, a closed stream), there is no place left to
 * say so, and no reason not to go on.
 */
export function printToStderr(line: string): void {
  try {
    write(Deno.stderr, `${line}\n`);
  } catch {
    // See above.
  }
}

/** How long it is waited for somebody to read, in milliseconds. */
const READING_PATIENCE = 1000;

/**
 * Prints a line to standard error for a program that goes on: where nobody reads (a full pipe) it neither stands still
 * nor goes deaf to signals. Resolves when the line is written, or cannot be.
 */
export async function tell(line: string): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => timer = setTimeout(resolve, READING_PATIENCE));
  // A reader that is gone has a right to be.
  const written = writeAll(Deno.stderr, encoder.encode(`${line}\n`)).catch(() => {});
  await Promise.race([written, late]);
  clearTimeout(timer);
}

/** Columns that a text on standard output may take. */
export function outputWidth(): number {
  if (!Deno.stdout.isTerminal()) return NO_TERMINAL;
  try {
    return Math.min(Math.max(Deno.consoleSize().columns, NARROWEST), WIDEST);
  } catch {
    // A terminal that knows no size: that of most is.
    return NO_TERMINAL;
  }
}

const NO_TERMINAL = 80, NARROWEST = 30, WIDEST = 100;

const hadTerminal = Deno.stderr.isTerminal();

/** True if there was a terminal when the program started, and it has been closed since. */
export function isTerminalGone(): boolean {
  if (!hadTerminal) return false;
  try {
    Deno.stderr.writeSync(new Uint8Array());
    return !Deno.stderr.isTerminal();
  } catch {
    // Writing to a closed terminal is an error of input and output.
    return true;
  }
}

function write(stream: { writeSync(bytes: Uint8Array): number }, text: string): void {
  let bytes = encoder.encode(text);
  try {
    while (bytes.length > 0) bytes = bytes.subarray(stream.writeSync(bytes));
  } catch (error) {
    // Nobody reads any more (`webserv --help | head -1`): that is the reader's right.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

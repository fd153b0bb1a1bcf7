/**
 * What commands say to the person in front of them.
 *
 * @module
 */
import { FileAccessError } from "./configuration.ts";

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

/**
 * The terminal that the program was started on, if it was.
 *
 * @module
 */
import { SYSTEM } from "./system.ts";

/** Which standard streams are a terminal, and what that is like. Plain data, so that it can be posted to a worker. */
export interface Terminal {
  readonly stdout: boolean;
  readonly stderr: boolean;
  /** Colours are wanted: NO_COLOR is not set. */
  readonly colour: boolean;
  /** Undefined: not known. */
  readonly columns: number | undefined;
}

/** For a program that has none. */
export const NO_TERMINAL: Terminal = { stdout: false, stderr: false, colour: false, columns: undefined };

/** What there is. Looking takes no permission. */
export function currentTerminal(): Terminal {
  const stdout = Deno.stdout.isTerminal(), stderr = Deno.stderr.isTerminal();
  if (!stdout && !stderr) return NO_TERMINAL;
  return { stdout, stderr, colour: !Deno.noColor, columns: columns() };
}

/** Of the terminal; undefined where it has none, or does not tell. */
export function columns(): number | undefined {
  try {
    return Deno.consoleSize().columns || undefined;
  } catch {
    // It was closed.
    return undefined;
  }
}

/**
 * How often it is looked at, in milliseconds: a program in the background is not told that the terminal has changed, and
 * some systems tell nobody.
 */
const LOOK = 2000;

/** Calls back with each width that is another than the one before, until the program ends. */
export function onResize(before: number | undefined, changed: (columns: number | undefined) => void): void {
  let known = before;
  const look = () => {
    const now = columns();
    if (now === known) return;
    known = now;
    changed(now);
  };
  Deno.unrefTimer(setInterval(look, LOOK));
  if (SYSTEM !== "windows") Deno.addSignalListener("SIGWINCH", look);
}

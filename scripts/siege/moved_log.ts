/**
 * A log that is moved away from time to time, as logrotate does it: the server has to make a new one by itself.
 *
 * @module
 */
import { LF } from "../../lib/bytes/ascii.ts";

/** Counts the lines of a log, however often it was moved away, and keeps none of them. */
export class MovedLog {
  lines = 0;
  rotations = 0;
  /** How often there was none to be moved, since the server had not made a new one. */
  notReopened = 0;
  readonly #moved: string;

  constructor(readonly path: string) {
    this.#moved = `${path}.1`;
  }

  /** Moves it away. What was moved away the last time is whole by now: it is counted and removed. */
  moveAway(): void {
    this.lines += takeLines(this.#moved);
    try {
      Deno.renameSync(this.path, this.#moved);
      this.rotations++;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      this.notReopened++;
    }
  }

  /** Counts what is left, when the server has ended. */
  end(): void {
    this.lines += takeLines(this.#moved) + takeLines(this.path);
  }
}

/** How many lines a file has, 0 if there is none. It is removed. */
function takeLines(path: string): number {
  const buffer = new Uint8Array(256 * 1024);
  let lines = 0;
  try {
    {
      using file = Deno.openSync(path);
      for (let count; (count = file.readSync(buffer)) !== null;) {
        const bytes = buffer.subarray(0, count);
        for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) lines++;
      }
    }
    Deno.removeSync(path);
    return lines;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}

/**
 * The error log over a log of lines.
 *
 * @module
 */
import type { ErrorLog, Log } from "../ports.ts";

/**
 * Writes each line with the time and its level before it.
 *
 * @param time as it is to be written; without it there is none
 */
export function errorLogTo(log: Log, time: () => string = () => ""): ErrorLog {
  const write = (text: string) => {
    const now = time();
    log.line(now === "" ? text : `${now} ${text}`);
  };
  return {
    error: (text, reference) => write(`error${reference === undefined ? "" : ` ${reference}`}: ${text}`),
    warning: (text) => write(`warning: ${text}`),
    notice: (text) => write(`notice: ${text}`),
    program: (name, text) => write(`${name}: ${text}`),
  };
}

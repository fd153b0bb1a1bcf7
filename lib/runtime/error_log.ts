/**
 * The error log over a log of lines.
 *
 * @module
 */
import type { ErrorLog, Log } from "../ports.ts";

/** Writes each line with its level before it. */
export function errorLogTo(log: Log): ErrorLog {
  return {
    error: (text, reference) => log.line(`error${reference === undefined ? "" : ` ${reference}`}: ${text}`),
    warning: (text) => log.line(`warning: ${text}`),
    notice: (text) => log.line(`notice: ${text}`),
    program: (name, text) => log.line(`${name}: ${text}`),
  };
}

/**
 * Why a FastCGI server gave no answer, as a status and as words for the error log.
 *
 * @module
 */
import { busy, HttpError } from "../http/errors.ts";
import { DialError, ProcessError } from "../ports.ts";
import { NothingCame } from "./run.ts";

const NOT_RUNNING = "The FastCGI server that the program belongs to does not run, or listens elsewhere.";

/**
 * What an error means; one that is no failure of the server stays what it is.
 *
 * @param program as the error log names it
 */
export function failureOf(error: unknown, program: string, server: string): unknown {
  const fail = (status: number, why: string, hint?: string) =>
    new HttpError(status, why, {
      cause: error,
      log: `${program}, FastCGI server ${server}: ${why}`,
      ...hint !== undefined && { hint },
    });
  if (error instanceof NothingCame) return fail(502, error.message);
  if (error instanceof ProcessError) return fail(502, `it cannot be started: ${whyOf(error)}`, NOT_RUNNING);
  if (!(error instanceof DialError)) return error;
  const why = error.message;
  if (error.problem !== "late") return fail(502, why, NOT_RUNNING);
  // A socket with a path refuses nobody as long as there is room in its queue.
  if (!server.startsWith("unix:")) return fail(504, why);
  return busy(why, `${program}, FastCGI server ${server}: ${why}`);
}

function whyOf({ message, cause }: Error): string {
  return cause instanceof Error ? `${message} (${cause.message})` : message;
}

/**
 * Programs whose failure is shown to whoever asks from this machine (`cgi_debug`): what they say and do is taken down.
 * Loaded when the first of them is asked for.
 *
 * @module
 */
import type { Script, ScriptFile } from "../cgi_protocol/environment.ts";
import { ProgramNotes } from "../cgi_protocol/program_notes.ts";
import { HttpError } from "../http/errors.ts";
import type { Outcome } from "../http/message.ts";
import type { ProgramFailure } from "../http/program_failure.ts";
import type { Exchange } from "./exchange.ts";

/** Those that a program is to blame for; with the others it was not even asked. */
const ITS_FAULT: ReadonlySet<number> = new Set([403, 500, 502, 504]);

/** What a program answers. An error knows how it went. @throws {HttpError | GoneError} */
export async function noted(
  { services, request }: Exchange,
  { file, name }: Script,
  answer: (notes: ProgramNotes) => Promise<Outcome>,
): Promise<Outcome> {
  const notes = new ProgramNotes({ file, name }, services.files.clock);
  try {
    const outcome = await answer(notes);
    if (outcome instanceof HttpError) return withFailure(outcome, notes);
    if (!("status" in outcome) || outcome.status < 500 || request.method === "HEAD") return outcome;
    return { ...outcome, failure: notes };
  } catch (error) {
    throw error instanceof HttpError ? withFailure(error, notes) : error;
  }
}

/** The error of a program that is not run at all. */
export function neverRun({ services }: Exchange, { file, name }: ScriptFile, error: HttpError): HttpError {
  const notes = new ProgramNotes({ file, name }, services.files.clock);
  return withFailure(error, {
    run: async () => ({ ...await notes.run(), command: [file] }),
  });
}

function withFailure(error: HttpError, failure: ProgramFailure): HttpError {
  if (!ITS_FAULT.has(error.status)) return error;
  const { status, message, cause, fields, log, advice, hint } = error;
  return new HttpError(status, message, {
    cause,
    fields,
    failure,
    ...log !== undefined && { log },
    ...advice !== undefined && { advice },
    ...hint !== undefined && { hint },
  });
}

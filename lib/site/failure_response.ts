/**
 * The failure of a program as an answer for whoever sits at this machine: how it ran, the place in its script, and what
 * usually causes such a failure. Loaded when the first program has failed.
 *
 * @module
 */
import { errorPlace } from "../cgi_protocol/error_place.ts";
import { type ScriptLook, usualCauses } from "../cgi_protocol/usual_causes.ts";
import type { HttpError } from "../http/errors.ts";
import type { Response } from "../http/message.ts";
import type { Excerpt, ProgramFailure, ProgramRun } from "../http/program_failure.ts";
import { reasonPhrase } from "../http/status.ts";
import { failureResponse as responseOf } from "../pages/failure_response.ts";
import { FileError, type FileSystem } from "../ports.ts";
import type { Exchange } from "./exchange.ts";

/** Bytes of a script that are read: what has more is no script. */
const MOST_READ = 1024 * 1024;

/** Lines before and behind the one that is meant. */
const AROUND = 4;

/** The page, or text where no page is wanted. */
export async function failureResponse(
  { request, services }: Exchange,
  error: HttpError,
  failure: ProgramFailure,
  reference: string | undefined,
): Promise<Response> {
  const { status, log, message } = error;
  const run = await failure.run();
  const { files } = services.files, script = run.file === undefined ? undefined : readScript(files, run.file);
  const why = log ?? message;
  const response = responseOf({
    status,
    reason: reasonPhrase(status),
    why,
    reference,
    run,
    causes: usualCauses({ status, why, run, script }),
    excerpt: script && excerptOf(run, script.text),
  }, request);
  return { ...response, fields: response.fields.concat(error.fields), why };
}

/** Undefined where it cannot be read: what may be run need not be readable. */
function readScript(files: Pick<FileSystem, "openSync" | "probe">, path: string): ScriptLook | undefined {
  try {
    const file = files.openSync(path);
    try {
      const { kind, size, executable } = file.stat();
      if (kind !== "file") return undefined;
      const bytes = new Uint8Array(Math.min(size, MOST_READ));
      const count = file.readAtSync(bytes, 0);
      // The byte order mark is one of the usual causes.
      const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(0, count));
      return { text, isExecutable: executable };
    } finally {
      file.close();
    }
  } catch (error) {
    if (error instanceof FileError) return undefined;
    throw error;
  }
}

/** SECURITY: of the script alone, whatever other file a message names. */
function excerptOf(run: ProgramRun, text: string): Excerpt | undefined {
  const line = run.file === undefined ? undefined : errorPlace(run.errors.text, run.output.text, run.file);
  const lines = text.split(/\r\n|\n/);
  if (line === undefined || line > lines.length || text.includes("\0")) return undefined;
  const first = Math.max(1, line - AROUND);
  return { line, first, lines: lines.slice(first - 1, line + AROUND) };
}

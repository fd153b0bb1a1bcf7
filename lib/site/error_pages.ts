/**
 * The last step: every refusal gets its page, the location's own or the server's, and every 5xx of ours a reference
 * that stands in the page and in the error log.
 *
 * @module
 */
import { wholeResponse } from "../files/file_response.ts";
import { GoneError, type Response } from "../http/message.ts";
import { refusal } from "../http/refusal.ts";
import { PeerError } from "../http1/peer_error.ts";
import { errorResponse } from "../pages/error_response.ts";
import { FileError, type FileProblem } from "../ports.ts";
import { isProgram } from "./programs.ts";
import type { Visit } from "./visit.ts";

/** Completes a response: its error page if it is a refusal, and the fields of add_header. */
export function finish(visit: Visit, response: Response): Response {
  const { added } = visit.location;
  const complete = response.problem ? withPage(visit, response) : response;
  return added === "" ? complete : { ...complete, fields: complete.fields + added };
}

/** What a throw becomes. @throws {GoneError} as it is: there is nobody left to answer */
export function failureResponse(error: unknown): Response {
  if (error instanceof GoneError) throw error;
  if (error instanceof PeerError) return refusal(error.status);
  if (error instanceof FileError) {
    const { status, fields } = STATUS_OF_PROBLEM[error.problem];
    return refusal(status, fields, status >= 500 ? describe(error) : undefined);
  }
  return refusal(500, "", error instanceof Error ? error.stack ?? error.message : String(error));
}

/** The one place where a file's problem becomes a status; nothing of the system's words reaches a client. */
const STATUS_OF_PROBLEM: Readonly<Record<FileProblem, { readonly status: number; readonly fields: string }>> =
  {
    "not found": { status: 404, fields: "" },
    "denied": { status: 403, fields: "" },
    "changed": { status: 503, fields: "Retry-After: 1\r\n" },
    "busy": { status: 503, fields: "Retry-After: 1\r\n" },
    "exists": { status: 409, fields: "" },
    "not empty": { status: 409, fields: "" },
    "full": { status: 507, fields: "" },
    "failed": { status: 500, fields: "" },
  };

function describe(error: FileError): string {
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}

function withPage(visit: Visit, { status, fields, problem }: Response): Response {
  const log = problem?.log;
  const id = log === undefined ? undefined : crypto.randomUUID().slice(0, 8);
  if (id !== undefined) {
    visit.services.errorLog.line(`error ${id}: ${visit.request.method} ${visit.request.target}: ${log}`);
  }
  const path = visit.location.config.errorPage[status];
  const own = path === undefined ? undefined : ownPage(visit, path, status);
  if (own) return { ...own, fields: own.fields + fields };
  return errorResponse(status, fields, id);
}

/** The file that error_page names; undefined if there is none, which must not hide the first error. */
function ownPage(visit: Visit, path: string, status: number): Response | undefined {
  const { files, errorLog } = visit.services;
  const location = visit.server.locations.find(path);
  const filePath = location.filePath(path);
  if (filePath === undefined) return undefined;
  try {
    const file = files.find(filePath, location.base!);
    // SECURITY: a program is not run for an error page, and its source must not be sent as one.
    if (file?.kind === "file" && !isProgram(location, path)) {
      return withoutValidators(wholeResponse(files, filePath, file, status), file.contentType);
    }
    errorLog.line(`warning: error_page ${path} for ${status} is no file`);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    errorLog.line(`warning: error_page ${path} for ${status}: ${describe(error)}`);
  }
  return undefined;
}

/** The page's validators are those of another resource than the one that was asked for. */
function withoutValidators(response: Response, contentType: string): Response {
  return { ...response, fields: `Content-Type: ${contentType}\r\n` };
}

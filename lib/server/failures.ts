/**
 * What goes wrong with a request, in whatever protocol it came: as an answer to its client, and as a line of the error
 * log.
 *
 * @module
 */
import { GoneError, httpErrorOf, logTextOf } from "../http/errors.ts";
import type { Request, Response } from "../http/message.ts";
import { errorResponse } from "../pages/error_response.ts";
import type { ErrorLog } from "../ports.ts";
import type { ByteStream } from "./byte_stream.ts";

/** The source gave fewer or more bytes than it announced: what the client has is not the whole answer. */
export class BodyLengthError extends Error {
  override readonly name = "BodyLengthError";
}

/**
 * What a handler's throw becomes, the peer's fault or ours; the error log has a line where there is something to say.
 *
 * @param request undefined where it could not be read
 * @throws {GoneError} as it is
 */
export function failureResponse(
  error: unknown,
  { connection, context }: ByteStream,
  request?: Request,
): Response & { readonly body: Uint8Array } {
  const known = httpErrorOf(error), why = logTextOf(known);
  if (why !== undefined) {
    const who = request === undefined ? connection.remote.hostname : nameOf(request);
    context.errorLog.error(`${who}: ${why}`);
  }
  return errorResponse(known, request);
}

/** What ended a connection or an answer, unless it is only that the client left. */
export function noteFailure(error: unknown, log: ErrorLog): void {
  if (error instanceof GoneError) return;
  log.error(error instanceof Error ? error.stack ?? error.message : String(error));
}

/** A request in the error log: `GET /path`. */
export function nameOf({ method, target }: Pick<Request, "method" | "target">): string {
  return `${method} ${target}`;
}

/** Nobody is going to send this response. */
export function closeSource(response: Response | undefined): void {
  response?.tunnel?.peer.close();
  const body = response?.body;
  if (body !== undefined && !(body instanceof Uint8Array)) body.close();
}

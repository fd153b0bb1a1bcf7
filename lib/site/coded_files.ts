/**
 * Files in a content coding: which representation of a file a request gets, and its answer.
 *
 * @module
 */
import type { DiskOrigin } from "../disk/disk_origin.ts";
import type { DiskFile } from "../disk/found.ts";
import { fileResponse } from "../files/file_response.ts";
import type { HttpError } from "../http/errors.ts";
import type { MaybePromise } from "../http/maybe_promise.ts";
import type { Request, Response } from "../http/message.ts";
import type { Labels } from "../http/origin.ts";
import type { Exchange } from "./exchange.ts";

/** A file, and where it was found. */
export interface FoundFile {
  readonly file: DiskFile;
  readonly labels: Labels;
  readonly origin: DiskOrigin;
}

/**
 * Answers GET or HEAD with a file, in the coding that suits its client.
 *
 * @param request whose conditions, range and codings count
 * @throws {FileError} also by rejecting
 */
export function answerWithFile(
  { location, services }: Exchange,
  request: Request,
  { file, labels, origin }: FoundFile,
): MaybePromise<Response | HttpError> {
  const { files: { clock, turns }, compression } = services, codings = location.fileCodings;
  if (codings === undefined) return fileResponse(request, file, clock, labels);
  const choice = codings.choose(request, file, labels, { compression, turns, origin });
  return choice instanceof Promise
    ? choice.then((later) => fileResponse(request, later.file, clock, later.labels))
    : fileResponse(request, choice.file, clock, choice.labels);
}

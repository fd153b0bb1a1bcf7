/**
 * Files in a content coding: which representation of a file a request gets, and its answer.
 *
 * @module
 */
import type { Choice, FileCodingPorts } from "../coding/file_codings.ts";
import type { DiskOrigin } from "../disk/disk_origin.ts";
import type { DiskFile } from "../disk/found.ts";
import { fileResponse } from "../files/file_response.ts";
import type { HttpError } from "../http/errors.ts";
import type { MaybePromise } from "../http/maybe_promise.ts";
import type { Request, Response } from "../http/message.ts";
import type { Labels, Representation } from "../http/origin.ts";
import { FileError } from "../ports.ts";
import type { Exchange } from "./exchange.ts";
import type { ProgramFiles } from "./program_files.ts";

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
  { location, server, services }: Exchange,
  request: Request,
  { file, labels, origin }: FoundFile,
): MaybePromise<Response | HttpError> {
  const { files: { clock, turns }, compression } = services, codings = location.fileCodings;
  if (codings === undefined) return fileResponse(request, file, clock, labels);
  const ports: FileCodingPorts = {
    compression,
    turns,
    beside: (ending) => fileBeside(origin, file, ending, server.programFiles),
  };
  const answer = (choice: Choice) => fileResponse(request, choice.file, clock, choice.labels);
  const choice = codings.choose(request, file, labels, ports);
  return choice instanceof Promise ? choice.then(answer) : answer(choice);
}

/** What is no file, or cannot be looked at, or is being changed, is not sent in place of the file that was asked for. */
function fileBeside(
  origin: DiskOrigin,
  file: DiskFile,
  ending: string,
  programs: ProgramFiles,
): Representation | undefined {
  try {
    const found = origin.findBeside(file, ending);
    if (found?.kind !== "file") return undefined;
    // SECURITY: a link beside a file must not send the source of a program as that file in a coding.
    return (found.isOutside || found.linkedName !== undefined) && programs.has(found) ? undefined : found;
  } catch (error) {
    if (error instanceof FileError) return undefined;
    throw error;
  }
}

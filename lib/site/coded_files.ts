/**
 * Files in a content coding: which representation of a file a request gets, and its answer.
 *
 * @module
 */
import type { Choice } from "../coding/file_codings.ts";
import { DiskFile } from "../disk/found.ts";
import { fileResponse } from "../files/file_response.ts";
import { HttpError } from "../http/errors.ts";
import { NoRoomError } from "../http/few.ts";
import { andThen, type MaybePromise } from "../http/maybe_promise.ts";
import type { Request, Response } from "../http/message.ts";
import type { Folder, Labels, Origin, Representation } from "../http/origin.ts";
import { asUncoded } from "./coded_answers.ts";
import type { Exchange } from "./exchange.ts";
import { liveReloadOf } from "./live_reload.ts";

/** A file, and where it was found. */
export interface FoundFile {
  readonly file: Representation;
  readonly labels: Labels;
  readonly origin: Origin;
}

/**
 * Answers GET or HEAD with a file, in the coding that suits its client.
 *
 * @param request whose conditions, range and codings count
 * @throws {FileError} also by rejecting
 */
export function answerWithFile(
  exchange: Exchange,
  request: Request,
  { file, labels, origin }: FoundFile,
): MaybePromise<Response | HttpError> {
  const { location, services: { files: { clock, turns }, compression } } = exchange;
  const plain = liveReloadOf(exchange)?.asPlainFor(asUncoded(exchange, request), labels);
  if (plain !== undefined) return andThen(fileResponse(plain, file, clock, labels), asPage);
  const codings = location.fileCodings;
  if (codings === undefined) return fileResponse(request, file, clock, labels);
  const neighbours = {
    absentBeside: (file: Representation) => origin.absentBeside?.(file),
    findBeside: (file: Representation, ending: string) => {
      const found = origin.findBeside?.(file, ending);
      return found instanceof Promise
        ? found.then((found) => fitToStandIn(exchange, found))
        : fitToStandIn(exchange, found);
    },
  };
  const send = ({ file, labels, otherwise }: Choice): MaybePromise<Response | HttpError> => {
    const sent = fileResponse(request, file, clock, labels);
    if (!(sent instanceof Promise) || otherwise === undefined) return sent;
    return sent.catch((error) => {
      if (error instanceof NoRoomError) return send(otherwise);
      throw error;
    });
  };
  const choice = codings.choose(request, file, labels, { compression, turns, origin: neighbours });
  return choice instanceof Promise ? choice.then(send) : send(choice);
}

/** A file that gets a script behind it: in which coding it is sent comes later, and its ranges are not those of the file. */
function asPage(answer: Response | HttpError): Response | HttpError {
  if (answer instanceof HttpError) return answer;
  const { hasCodingChosen: _, fields, ...rest } = answer;
  return { ...rest, fields: fields.without("accept-ranges") };
}

/**
 * What lies beside a file, if it may be sent in its place.
 *
 * SECURITY: whoever may only add files to a store would change what others get of those that are there; where the store
 * shows itself, its own key decides. A link may lead to a program, whose source is not sent.
 */
function fitToStandIn(
  { location, server: { neverRun, programFiles }, services: { files: { files } } }: Exchange,
  found: Representation | Folder | undefined,
): Representation | undefined {
  if (found?.kind !== "file") return undefined;
  // Programs lie on this machine.
  if (!(found instanceof DiskFile)) {
    return !location.showsStore && neverRun.hasObject(found.path) ? undefined : found;
  }
  if (!location.showsStore && neverRun.has(files.realPath(found.place) ?? found.place)) return undefined;
  return programFiles.has(found) ? undefined : found;
}

/**
 * PUT (RFC 9110 section 9.3.4), with preconditions. What is stored is whole or not there.
 *
 * @module
 */
import { busy, HttpError, refusal } from "../http/errors.ts";
import { FieldBlock } from "../http/fields.ts";
import { isStorableName } from "../http/file_names.ts";
import { andThen, type MaybePromise } from "../http/maybe_promise.ts";
import type { Request, Response } from "../http/message.ts";
import type { NewContent, Occupant, WritableFolder } from "../http/origin.ts";
import { encodePath } from "../http/path.ts";
import { evaluatePreconditions, type Verdict } from "../http/preconditions.ts";
import { FileError } from "../ports.ts";
import { locate, type Place } from "./named.ts";
import { contentOf, receiveInto } from "./receive.ts";
import type { StoreTarget } from "./target.ts";

const PART = { advice: "A part of a file cannot be stored: send the whole file, without Content-Range." };
/** For a name that no file should have. */
export const UNFIT_NAME = {
  advice: "No file is stored under this name: it is too long, reserved, ends in a dot or a space, or has " +
    "characters that no name should have.",
};

/**
 * Stores the body under the name in the path: 201, or 204 if it replaced something.
 *
 * @throws {FileError} e.g. "full"
 * @throws {HttpError | GoneError} what the body throws; nothing is stored then
 */
export async function put(request: Request, target: StoreTarget): Promise<Response | HttpError> {
  if (request.fields.has("content-range")) return new HttpError(400, undefined, PART);
  const before = await placeOfPut(request, target);
  if (before instanceof HttpError) return before;
  const { name } = before, { body: { length }, fields } = request;
  const content = target.received ??
    await before.folder.create({ name, length, contentType: fields.get("content-type") });
  try {
    await receiveInto(content, await contentOf(request, target.limit), target.fsync);
    if (target.modified !== undefined) content.setModified(target.modified);
    // Others may have written meanwhile: what is there now decides, and nobody writes between this look and the name.
    const answer = await before.folder.exclusively(
      before.name,
      () =>
        andThen(placeOfPut(request, target), (place) => {
          if (place instanceof HttpError) return place;
          // SECURITY: a link on the way was set to another folder, and it is that one that has been asked for conditions.
          if (place.folder.identity !== before.folder.identity) {
            return busy("The folder is another one by now");
          }
          return nameIt(request, target, content, place);
        }),
    );
    if (target.fsync && !(answer instanceof HttpError)) await before.folder.sync();
    return answer;
  } finally {
    content.discard();
  }
}

/** Gives new content its name. @throws {FileError} */
function nameIt(
  request: Request,
  target: StoreTarget,
  content: NewContent,
  { folder, name, occupant }: Place,
): MaybePromise<Response | HttpError> {
  const mustBeNew = request.fields.joined("if-none-match") === "*";
  const match = request.fields.joined("if-match");
  // Any content will do for a star.
  const isThis = match !== undefined && match !== "*" && occupant.kind === "file";
  const over = isThis ? occupant.validators.etag : undefined;
  return andThen(commit(content, name, mustBeNew, over), (done) => {
    if (done === false) return refusal(412);
    return andThen(done ?? tagOf(folder, name), (etag) => {
      const tag = etag === "" ? FieldBlock.EMPTY : FieldBlock.of(["ETag", etag]);
      if (occupant.kind === "file") return { status: 204, fields: tag, body: undefined };
      const location = FieldBlock.of(["Location", encodePath(target.path)]);
      return { status: 201, fields: location.concat(tag), body: undefined };
    });
  });
}

/** The entity tag of what has a name now; empty where that is gone already. @throws {FileError} */
function tagOf(folder: WritableFolder, name: string): MaybePromise<string> {
  return andThen(folder.occupant(name), (stored) => stored.kind === "file" ? stored.validators.etag : "");
}

/** Where a PUT may write now, or why it may not. @throws {FileError} */
export function placeOfPut(request: Request, target: StoreTarget): MaybePromise<Place | HttpError> {
  return andThen(locate(target), (named) => {
    if (named instanceof HttpError) return named;
    const { folder, name } = named;
    return andThen(folder.occupant(name), (occupant) => {
      if (target.path.endsWith("/") || occupant.kind === "folder") return refusal(409);
      if (occupant.kind === "unfit") return refusal(404);
      if (!isStorableName(name)) return new HttpError(400, undefined, UNFIT_NAME);
      return verdictOf(request, target, occupant) === "failed" ? refusal(412) : { folder, name, occupant };
    });
  });
}

/** False if what was seen there is another by now: other threads and programs write as well. @throws {FileError} */
function commit(
  content: NewContent,
  name: string,
  mustBeNew: boolean,
  over: string | undefined,
): MaybePromise<string | undefined | false> {
  const isTaken = (error: unknown): false => {
    if ((mustBeNew || over !== undefined) && error instanceof FileError && error.problem === "exists") {
      return false;
    }
    throw error;
  };
  try {
    const committed = content.commit(name, !mustBeNew, over);
    return committed instanceof Promise
      ? committed.then((tag) => tag ?? undefined, isTaken)
      : committed ?? undefined;
  } catch (error) {
    return isTaken(error);
  }
}

/** What the conditions of a request say of what has the name. */
export function verdictOf(request: Request, { clock }: StoreTarget, occupant: Occupant): Verdict {
  return evaluatePreconditions(request, occupant.kind === "file" ? occupant.validators : undefined, clock);
}

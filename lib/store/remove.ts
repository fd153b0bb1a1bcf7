/**
 * DELETE (RFC 9110 section 9.3.5, RFC 4918 section 9.6), with preconditions.
 *
 * @module
 */
import { HttpError, httpErrorOf, refusal } from "../http/errors.ts";
import { FieldBlock } from "../http/fields.ts";
import { andThen, type MaybePromise } from "../http/maybe_promise.ts";
import type { Request, Response } from "../http/message.ts";
import type { NotRemoved, TakenFolder } from "../http/origin.ts";
import { FileError } from "../ports.ts";
import { type Failures, multiStatus } from "./multi_status.ts";
import { find, type Place } from "./named.ts";
import { verdictOf } from "./put.ts";
import type { StoreTarget } from "./target.ts";

const NOT_EMPTY = new HttpError(409, "the folder is not empty", {
  advice:
    "The folder is not empty: it is removed with all that is in it where the field `Depth: infinity` asks for that.",
});

const NOT_REMOVED_HERE = new HttpError(409, "the folder is not empty", {
  advice: "The folder is not empty: what is in it has to be removed first, one after another.",
});

const BAD_DEPTH = new HttpError(400, "DELETE with another Depth than infinity", {
  advice: "A folder is removed as a whole: the field Depth can only be infinity.",
});

const DONE: Response = { status: 204, fields: FieldBlock.EMPTY, body: undefined };

/**
 * Removes a file, or a folder that is empty; one that is not, where all that is in it is to go, too: 204, or 207 where
 * some of that could not be removed. What is not there is 404, a folder that is not empty and the store itself 409.
 *
 * @throws {FileError} what could not be removed has its name again
 */
export async function remove(request: Request, target: StoreTarget): Promise<Response | HttpError> {
  if (target.place === "") return refusal(409);
  const depth = request.fields.joined("depth")?.toLowerCase();
  if (depth !== undefined && depth !== "infinity") return BAD_DEPTH;
  const removesTrees = target.removesTrees === true || depth === "infinity";
  const place = await find(target);
  if (place instanceof HttpError) return refusal(404);
  const { folder, name } = place;
  const answer = await folder.exclusively(
    name,
    () =>
      andThen(
        folder.occupant(name),
        (occupant) => removeNow(request, target, { folder, name, occupant }, removesTrees),
      ),
  );
  if (answer instanceof HttpError) return answer;
  if ("remove" in answer) {
    const failures = await removeTaken(answer, target.path.replace(/\/$/, ""));
    if (failures.length > 0) return multiStatus(failures);
  }
  await target.companions?.removed({ folder, name });
  if (target.fsync) await folder.sync();
  return DONE;
}

/** Under the lock of the name. @returns what is still to be removed, where it is a folder and all that is in it */
function removeNow(
  request: Request,
  target: StoreTarget,
  { folder, name, occupant }: Place,
  removesTrees: boolean,
) {
  if (occupant.kind === "folder") {
    if (verdictOf(request, target, occupant) === "failed") return refusal(412);
    if (removesTrees && folder.take !== undefined) {
      return target.mayChangeTree?.() === false ? refusal(403) : folder.take(name);
    }
    const refused = folder.take === undefined ? NOT_REMOVED_HERE : NOT_EMPTY;
    return withEmptyError(() => andThen(folder.removeEmpty(name), () => DONE), refused);
  }
  if (occupant.kind !== "file" || target.path.endsWith("/")) return refusal(404);
  if (verdictOf(request, target, occupant) === "failed") return refusal(412);
  return andThen(folder.remove(name), () => DONE);
}

function withEmptyError<T>(act: () => MaybePromise<T>, answer: HttpError): MaybePromise<T | HttpError> {
  const refused = (error: unknown): HttpError => {
    if (error instanceof FileError && error.problem === "not empty") return answer;
    throw error;
  };
  try {
    const done = act();
    return done instanceof Promise ? done.catch(refused) : done;
  } catch (error) {
    return refused(error);
  }
}

/**
 * Removes what was taken from a path; what cannot be removed of it gets its name again.
 *
 * @returns what could not be removed in it
 * @throws {FileError}
 */
export async function removeTaken(taken: TakenFolder, path: string): Promise<Failures> {
  let failures: readonly NotRemoved[] | undefined;
  try {
    failures = await taken.remove();
  } finally {
    if (failures?.length !== 0) taken.giveBack();
  }
  return failures.map(({ name, error }) => ({ path: `${path}/${name}`, status: httpErrorOf(error).status }));
}

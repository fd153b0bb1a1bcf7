/**
 * MKCOL: a new folder (RFC 4918 section 9.3).
 *
 * @module
 */
import { HttpError, refusal } from "../http/errors.ts";
import { FieldBlock } from "../http/fields.ts";
import { isStorableName } from "../http/file_names.ts";
import { andThen } from "../http/maybe_promise.ts";
import type { Request, Response } from "../http/message.ts";
import { encodePath } from "../http/path.ts";
import { locate } from "./named.ts";
import { UNFIT_NAME, verdictOf } from "./put.ts";
import type { StoreTarget, TreeTarget } from "./target.ts";

const HAS_CONTENT = new HttpError(415, undefined, {
  advice: "A folder is made without any content: nothing is known that could be done with it.",
});

/** Makes a folder: 201. What is there already is 405, and where there is nothing to make it in 409. @throws {FileError} */
export async function mkcol(request: Request, target: TreeTarget): Promise<Response | HttpError> {
  if (request.body.length !== 0 && await request.body.read() !== null) return HAS_CONTENT;
  if (target.place === "") return taken(target);
  const named = await locate(target);
  if (named instanceof HttpError) return named;
  const { folder, name } = named;
  const made = await folder.exclusively(name, () =>
    andThen(folder.occupant(name), (occupant) => {
      if (occupant.kind === "unfit") return refusal(403);
      if (occupant.kind !== "nothing") return taken(target);
      if (!isStorableName(name)) return new HttpError(400, undefined, UNFIT_NAME);
      if (verdictOf(request, target, occupant) === "failed") return refusal(412);
      return andThen(folder.makeFolder(name), () => undefined);
    }));
  if (made !== undefined) return made;
  if (target.fsync) await folder.sync();
  const path = target.path.endsWith("/") ? target.path : `${target.path}/`;
  return { status: 201, fields: FieldBlock.of(["Location", encodePath(path)]), body: undefined };
}

/** RFC 9110 section 15.5.6: what is there takes all that is taken here, but for this. */
function taken({ methods }: StoreTarget): HttpError {
  const allowed = [...methods ?? []].filter((method) => method !== "MKCOL");
  return new HttpError(405, undefined, {
    fields: FieldBlock.of(["Allow", [...allowed, "OPTIONS"].join(", ")]),
  });
}

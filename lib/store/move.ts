/**
 * Moves of files and folders: a rename, all at once; where the destination lies on another file system, a copy and then
 * the removal of what was copied.
 *
 * @module
 */
import { HttpError, refusal } from "../http/errors.ts";
import { andThen } from "../http/maybe_promise.ts";
import { copyTree, type Failures, takeReplaced } from "./copy.ts";
import { removeTaken } from "./remove.ts";
import type { Transfer } from "./transfer_plan.ts";

/** Moves a file or a folder. @throws {FileError | HttpError} everything is where it was then */
export async function moveThing(plan: Transfer): Promise<Failures | HttpError> {
  const { source, to, target: { companions } } = plan;
  const isFileToFile = source.occupant.kind === "file" && to.occupant.kind !== "folder";
  const taken = isFileToFile ? undefined : await takeReplaced(plan);
  let how;
  try {
    how = await source.folder.exclusively(
      source.name,
      () =>
        andThen(to.folder.occupant(to.name), ({ kind }) => {
          // Somebody else may have been there meanwhile.
          if (kind === "folder") return refusal(409);
          return source.folder.move(source.name, to.folder, to.name, isFileToFile && plan.overwrites);
        }),
      to,
    );
  } catch (error) {
    taken?.giveBack();
    throw error;
  }
  if (how instanceof HttpError) {
    taken?.giveBack();
    return how;
  }
  if (how === "apart") {
    taken?.giveBack();
    return await moveByCopy(plan);
  }
  if (taken !== undefined) await removeTaken(taken);
  await companions?.moved(source, to);
  return [];
}

/** What has not been copied is not removed: then the source stays as it is. */
async function moveByCopy(plan: Transfer): Promise<Failures> {
  const { source: { folder, name, occupant }, target: { companions } } = plan, failures: Failures = [];
  await copyTree({ ...plan, isDeep: true }, failures);
  if (failures.length > 0 || plan.isOver()) return failures;
  if (occupant.kind === "file") await folder.exclusively(name, () => folder.remove(name));
  else await removeTaken(await folder.exclusively(name, () => folder.take(name)));
  await companions?.removed({ folder, name });
  return failures;
}

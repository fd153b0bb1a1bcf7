/**
 * Moves of files and folders: a rename, all at once; where the destination lies on another file system, a copy and then
 * the removal of what was copied.
 *
 * @module
 */
import { type HttpError, refusal } from "../http/errors.ts";
import { andThen } from "../http/maybe_promise.ts";
import { copyTree, takeReplaced } from "./copy.ts";
import type { Failures } from "./multi_status.ts";
import { removeTaken } from "./remove.ts";
import type { Transfer } from "./transfer_plan.ts";

/** Moves a file or a folder. @throws {FileError | HttpError | GoneError} everything is where it was then */
export async function moveThing(plan: Transfer): Promise<Failures | HttpError> {
  const { source, to, target: { companions } } = plan;
  const isFileToFile = source.occupant.kind === "file" && to.occupant.kind !== "folder";
  const taken = isFileToFile ? undefined : await takeReplaced(plan);
  let how: "moved" | "apart" | HttpError | undefined;
  try {
    how = await rename(plan, isFileToFile && plan.overwrites);
  } finally {
    if (how !== "moved") taken?.giveBack();
  }
  if (how === "apart") return await moveByCopy(plan);
  if (how !== "moved") return how;
  await taken?.remove();
  await companions?.moved(source, to);
  return [];
}

function rename({ source, to }: Transfer, replaces: boolean) {
  return source.folder.exclusively(
    source.name,
    () =>
      andThen(to.folder.occupant(to.name), ({ kind }) => {
        // Somebody else may have been there meanwhile; it has been looked at before whether that is the same in another case.
        if (kind === "folder" && to.occupant.kind !== "nothing") return refusal(409);
        return source.folder.move(source.name, to.folder, to.name, replaces);
      }),
    to,
  );
}

/** What has not been copied is not removed: then the source stays as it is. */
async function moveByCopy(plan: Transfer): Promise<Failures> {
  const { source: { folder, name, occupant }, sourcePath, target: { companions } } = plan;
  const failures = await copyTree({ ...plan, isDeep: true });
  if (failures.length > 0) return failures;
  if (occupant.kind === "file") await folder.exclusively(name, () => folder.remove(name));
  else {failures.push(
      ...await removeTaken(await folder.exclusively(name, () => folder.take(name)), sourcePath),
    );}
  if (failures.length === 0) await companions?.removed({ folder, name });
  return failures;
}

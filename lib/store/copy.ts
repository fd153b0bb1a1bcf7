/**
 * Copies of files and folders, in bounded memory. Links and hidden names are not copied: no request could read them.
 *
 * @module
 */
import { HttpError, httpErrorOf, refusal } from "../http/errors.ts";
import { andThen } from "../http/maybe_promise.ts";
import type { NameInFolder, TakenFolder, WritableFolder } from "../http/origin.ts";
import type { Failure } from "./multi_status.ts";
import { removeTaken } from "./remove.ts";
import type { StoreTarget } from "./target.ts";
import type { Transfer } from "./transfer_plan.ts";

/** What has failed of a folder's content. */
export type Failures = Failure[];

/** So many failures are told; the rest would only be more of the same. */
const MOST_FAILURES = 100;

/** Folders within folders, at most. */
const DEEPEST = 200;

/** Bytes that are copied at a time. */
const PIECE = 64 * 1024;

/**
 * Copies a file, or a folder with what is in it. What could not be copied of a folder is among the failures.
 *
 * @throws {FileError | HttpError} where nothing could be copied: what was to be replaced is still there then
 */
export async function copyTree(plan: Transfer, failures: Failures): Promise<void> {
  const { source, to, target } = plan;
  if (source.occupant.kind === "file" && to.occupant.kind !== "folder") {
    await copyFile(source, to, target, plan.overwrites);
    return;
  }
  const taken = await takeReplaced(plan);
  try {
    if (source.occupant.kind === "file") await copyFile(source, to, target, false);
    else await copyFolder(plan, source, to, plan.sourcePath, failures, 0);
  } catch (error) {
    taken?.giveBack();
    throw error;
  }
  if (taken !== undefined) await removeTaken(taken);
}

/** What is to be replaced, out of the way. @throws {HttpError | FileError} */
export async function takeReplaced(
  { to: { folder, name }, overwrites, replacesTrees }: Transfer,
): Promise<TakenFolder | undefined> {
  return await folder.exclusively(name, () =>
    andThen(folder.occupant(name), ({ kind }) => {
      if (kind === "nothing") return undefined;
      if (!overwrites) throw refusal(412);
      if (kind === "folder" && !replacesTrees) throw IS_A_FOLDER;
      return folder.take(name);
    }));
}

const IS_A_FOLDER = new HttpError(409, "there is a folder of this name", {
  advice:
    "There is a folder of this name: it is replaced with all that is in it where the field `Overwrite: T` asks for that.",
});

async function copyFolder(
  plan: Transfer,
  from: NameInFolder,
  to: NameInFolder,
  path: string,
  failures: Failures,
  depth: number,
): Promise<void> {
  await to.folder.exclusively(to.name, () => to.folder.makeFolder(to.name));
  await plan.target.companions?.copied(from, to);
  if (!plan.isDeep) return;
  if (depth === DEEPEST) return fail(failures, path, refusal(507));
  const source = found(await from.folder.folder(from.name)), target = found(await to.folder.folder(to.name));
  const entries = [...await source.entries()].sort((a, b) => a.name < b.name ? -1 : 1);
  for (const { name, kind } of entries) {
    const below = `${path}/${name}`, one = { folder: source, name }, other = { folder: target, name };
    if (plan.isOver()) return;
    if (!plan.mayRead(below)) continue;
    try {
      if (kind === "file") await copyFile(one, other, plan.target, false);
      else await copyFolder(plan, one, other, below, failures, depth + 1);
    } catch (error) {
      fail(failures, below, httpErrorOf(error));
    }
  }
}

function fail(failures: Failures, path: string, { status }: HttpError): void {
  if (failures.length < MOST_FAILURES) failures.push({ path, status });
}

/** One that has just been made, or was there, is gone only if somebody else has taken it. */
function found(folder: WritableFolder | "missing" | "outside"): WritableFolder {
  if (typeof folder === "string") throw refusal(409);
  return folder;
}

/** Copies a file to a name, all at once. @throws {FileError | HttpError} */
async function copyFile(
  from: NameInFolder,
  to: NameInFolder,
  { fsync = false, companions, limit }: StoreTarget,
  replace: boolean,
): Promise<void> {
  const content = await to.folder.create();
  try {
    const bytes = await from.folder.read(from.name);
    try {
      if (bytes.size > limit) throw refusal(507);
      const buffer = new Uint8Array(Math.min(PIECE, bytes.size + 1));
      for (let n = await bytes.read(buffer); n !== null; n = await bytes.read(buffer)) {
        await content.write(buffer.subarray(0, n));
      }
    } finally {
      bytes.close();
    }
    if (fsync) await content.sync();
    content.end();
    await to.folder.exclusively(to.name, () => content.commit(to.name, replace));
  } finally {
    content.discard();
  }
  await companions?.copied(from, to);
}

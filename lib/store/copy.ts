/**
 * Copies of files and folders, in bounded memory. Links and hidden names are not copied: no request could read them.
 *
 * @module
 */
import { GoneError, HttpError, httpErrorOf, refusal } from "../http/errors.ts";
import { andThen } from "../http/maybe_promise.ts";
import type { NameInFolder, TakenFolder, TreeFolder } from "../http/origin.ts";
import { FileError } from "../ports.ts";
import type { Failures } from "./multi_status.ts";
import type { Transfer } from "./transfer_plan.ts";

type TreeName = NameInFolder<TreeFolder>;

/** So many failures are told; the rest would only be more of the same. */
const MOST_FAILURES = 100;

/** Folders within folders, at most. */
const DEEPEST = 200;

/** Bytes that are copied at a time. */
const PIECE = 64 * 1024;

const IS_A_FOLDER = new HttpError(409, "there is a folder of this name", {
  advice:
    "There is a folder of this name: it is replaced with all that is in it where the field `Overwrite: T` asks for that.",
});

/**
 * Copies a file, or a folder with what is in it. What was there is gone once all of that is done.
 *
 * @returns what could not be copied of a folder; what was there has its name again then, in place of the copy
 * @throws {FileError | HttpError | GoneError} where nothing could be copied, or the client has left: what was there is still there then
 */
export async function copyTree(plan: Transfer): Promise<Failures> {
  const { source, to } = plan, failures: Failures = [];
  if (source.occupant.kind === "file" && to.occupant.kind !== "folder") {
    await copyFile(plan, source, to, plan.overwrites);
    return failures;
  }
  const taken = await takeReplaced(plan);
  try {
    if (source.occupant.kind === "file") await copyFile(plan, source, to, false);
    else await copyFolder(plan, source, to, { path: plan.sourcePath, failures, depth: 0 });
  } catch (error) {
    if (taken !== undefined) await putBack(taken, to);
    throw error;
  }
  if (taken !== undefined && failures.length > 0) {
    // Half a copy is no substitute: on a full disk, for example, both would be lost.
    await putBack(taken, to);
    return failures;
  }
  if (source.occupant.kind === "folder") await plan.target.companions?.copied(source, to);
  await taken?.remove();
  return failures;
}

/** What is to be replaced, out of the way, but still there. @throws {HttpError | FileError} */
export async function takeReplaced(
  { to: { folder, name }, overwrites, replacesTrees }: Transfer,
): Promise<TakenFolder | undefined> {
  return await folder.exclusively(name, () =>
    andThen(folder.occupant(name), ({ kind }) => {
      if (kind === "nothing") return undefined;
      if (!overwrites) throw refusal(412);
      if (kind === "folder" && !replacesTrees) throw IS_A_FOLDER;
      return folder.take(name, true);
    }));
}

/** What was taken has its name again, in place of half a copy. */
async function putBack(taken: TakenFolder, { folder, name }: TreeName): Promise<void> {
  try {
    const half = await folder.exclusively(name, () => folder.take(name));
    await half.remove();
  } catch (error) {
    // There is none yet, or it cannot be removed: then what was taken is kept.
    if (!(error instanceof FileError)) throw error;
  } finally {
    taken.giveBack();
  }
}

/** Where in a tree it is. */
interface Position {
  /** Decoded path of the source. */
  readonly path: string;
  readonly depth: number;
  readonly failures: Failures;
}

async function copyFolder(
  plan: Transfer,
  from: TreeName,
  to: TreeName,
  position: Position,
): Promise<void> {
  const { companions } = plan.target, { path, depth, failures } = position;
  const source = found(await from.folder.folder(from.name));
  await to.folder.exclusively(to.name, () => to.folder.makeFolder(to.name));
  // Those of the whole lie beside it: they are another's until it is sure that it stays.
  if (depth > 0) await companions?.copied(from, to);
  if (!plan.isDeep) return;
  if (depth === DEEPEST) return fail(failures, path, refusal(403));
  const target = found(await to.folder.folder(to.name));
  const entries = [...await source.entries()].sort((a, b) => a.name < b.name ? -1 : 1);
  if (plan.isMove && (await source.others()).some((name) => companions?.owns(name) !== true)) {
    // It would be gone with the folder.
    fail(failures, path, refusal(409));
  }
  for (const { name, kind } of entries) {
    plan.check();
    const one = { folder: source, name }, other = { folder: target, name }, below = `${path}/${name}`;
    if (!plan.target.mayTake(below)) {
      if (plan.isMove) fail(failures, below, refusal(403));
      continue;
    }
    try {
      if (kind === "file") await copyFile(plan, one, other, false);
      else await copyFolder(plan, one, other, { path: below, failures, depth: depth + 1 });
    } catch (error) {
      if (error instanceof GoneError) throw error;
      fail(failures, below, httpErrorOf(error));
    }
  }
}

function fail(failures: Failures, path: string, { status }: HttpError): void {
  if (failures.length < MOST_FAILURES) failures.push({ path, status });
}

/** One that has just been made, or was there, is gone only if somebody else has taken it. */
function found(folder: TreeFolder | "missing" | "outside"): TreeFolder {
  if (typeof folder === "string") throw refusal(folder === "missing" ? 409 : 403);
  return folder;
}

/** Copies a file to a name, all at once. @throws {FileError | HttpError | GoneError} */
async function copyFile(
  { target: { fsync = false, companions }, isMove, check }: Transfer,
  from: TreeName,
  to: TreeName,
  replace: boolean,
): Promise<void> {
  const content = await to.folder.create({ name: to.name });
  try {
    const bytes = await from.folder.read(from.name), { modified } = bytes;
    try {
      const buffer = new Uint8Array(Math.min(PIECE, bytes.size + 1));
      for (let n = await bytes.read(buffer); n !== null; n = await bytes.read(buffer)) {
        await content.write(buffer.subarray(0, n));
        check();
      }
    } finally {
      bytes.close();
    }
    if (fsync) await content.sync();
    await content.end();
    // What is moved is the same file, wherever it lies.
    if (isMove) content.setModified(modified);
    await to.folder.exclusively(to.name, () => content.commit(to.name, replace));
  } finally {
    content.discard();
  }
  await companions?.copied(from, to);
}

/**
 * COPY and MOVE (RFC 4918 sections 9.8 and 9.9): what they are asked for, and what has to be right before anything is
 * done.
 *
 * @module
 */
import { destinationOf } from "../http/destination.ts";
import { GoneError, HttpError, refusal } from "../http/errors.ts";
import { FieldBlock } from "../http/fields.ts";
import { isStorableName } from "../http/file_names.ts";
import type { Request, Response } from "../http/message.ts";
import type { NameInFolder, TreeFolder } from "../http/origin.ts";
import { encodePath } from "../http/path.ts";
import { copyTree } from "./copy.ts";
import { moveThing } from "./move.ts";
import { type Failures, multiStatus } from "./multi_status.ts";
import { find, locate, type Place } from "./named.ts";
import type { Transfer } from "./transfer_plan.ts";
import { UNFIT_NAME, verdictOf } from "./put.ts";
import type { Destination, StoreTarget, TreeTarget } from "./target.ts";

type TreePlace = Place<TreeFolder>;

const INTO_ITSELF = new HttpError(403, "source and destination are the same, or one lies in the other", {
  advice: "Nothing can be copied or moved to where it is, nor into itself.",
});

const THE_STORE = new HttpError(403, "the store itself is neither copied, moved nor replaced");

const NOT_ALL = new HttpError(
  403,
  "what is below has a location where this client may not write, or not read",
);

function malformed(field: string): HttpError {
  return new HttpError(400, `the field ${field} has a value that it cannot have`);
}

/** Copies a file or a folder: 201, 204 where something was replaced, 207 where parts of a folder failed. @throws {FileError} */
export function copy(request: Request, target: TreeTarget): Promise<Response | HttpError> {
  return transfer(request, target, copyTree);
}

/** Moves a file or a folder, all at once where both ends are on one file system. Answers as copy() does. @throws {FileError} */
export function move(request: Request, target: TreeTarget): Promise<Response | HttpError> {
  return transfer(request, target, moveThing, true);
}

async function transfer(
  request: Request,
  target: TreeTarget,
  act: (plan: Transfer) => Promise<Failures | HttpError>,
  isMove = false,
): Promise<Response | HttpError> {
  let isGone = false;
  const takeBack = request.onGone(() => isGone = true);
  const check = () => {
    if (isGone) throw new GoneError();
  };
  try {
    const plan = await planOf(request, target, isMove, check);
    if (plan instanceof HttpError) return plan;
    const failures = await act(plan);
    if (failures instanceof HttpError) return failures;
    if (plan.target.fsync) await plan.to.folder.sync();
    if (isMove && target.fsync) await plan.source.folder.sync();
    return answer(plan, failures);
  } finally {
    takeBack();
  }
}

function answer({ source, to, target }: Transfer, failures: Failures): Response {
  if (failures.length > 0) return multiStatus(failures);
  if (to.occupant.kind !== "nothing") return { status: 204, fields: FieldBlock.EMPTY, body: undefined };
  const path = target.path.replace(/\/$/, "") + (source.occupant.kind === "folder" ? "/" : "");
  return { status: 201, fields: FieldBlock.of(["Location", encodePath(path)]), body: undefined };
}

async function planOf(
  request: Request,
  target: TreeTarget,
  isMove: boolean,
  check: () => void,
): Promise<Transfer | HttpError> {
  const { fields } = request, overwrite = fields.joined("overwrite")?.toUpperCase();
  if (overwrite !== undefined && overwrite !== "T" && overwrite !== "F") return malformed("Overwrite");
  const depth = fields.joined("depth")?.toLowerCase() ?? "infinity";
  if (depth !== "infinity" && (isMove || depth !== "0")) return malformed("Depth");
  const path = destinationOf(request);
  if (path instanceof HttpError) return path;
  const there = await target.destination?.(path) ?? refusal(403);
  if (there instanceof HttpError) return there;
  if (target.place === "" || there.place === "") return THE_STORE;
  const sourcePath = target.path.replace(/\/$/, "");
  if (!there.mayTake(sourcePath)) return refusal(403);
  const source = await find(target);
  if (source instanceof HttpError || !isThere(source, target)) return refusal(404);
  if (verdictOf(request, target, source.occupant) === "failed") return refusal(412);
  const to = await placeOf(there, source);
  if (to instanceof HttpError) return to;
  if (to.folder.isWithin(source) || source.folder.isWithin(to) || isSameName(source, to)) return INTO_ITSELF;
  if (!mayAll(target, there, { source, to, isMove, isDeep: depth === "infinity" })) return NOT_ALL;
  if (overwrite === "F" && to.occupant.kind !== "nothing") return refusal(412);
  return {
    source,
    sourcePath,
    to,
    target: there,
    overwrites: overwrite !== "F",
    replacesTrees: there.removesTrees === true || overwrite === "T",
    isDeep: depth === "infinity",
    isMove,
    check,
  };
}

/** Whether whoever asks may do it with all that is in a folder that goes, comes, or is replaced. */
function mayAll(
  target: StoreTarget,
  there: Destination,
  { source, to, isMove, isDeep }: Pick<Transfer, "source" | "to" | "isMove" | "isDeep">,
): boolean {
  const isFolder = source.occupant.kind === "folder";
  // What may not be read is left out of a copy.
  if (isMove && isFolder && (target.mayChangeTree?.() === false || there.mayTakeTree?.() === false)) {
    return false;
  }
  // What comes may have something where a location below has other rights, though nothing is there yet.
  const changesTree = to.occupant.kind === "folder" || (isFolder && isDeep);
  return !changesTree || there.mayChangeTree?.() !== false;
}

function isThere({ occupant: { kind } }: Place, { path }: StoreTarget): boolean {
  return kind === "folder" || (kind === "file" && !path.endsWith("/"));
}

/** Where it is to go. A name that differs from the source's in case alone may be the same file's. */
async function placeOf(target: TreeTarget, source: TreePlace): Promise<TreePlace | HttpError> {
  const named = await locate(target);
  if (named instanceof HttpError) return named;
  const { folder, name } = named;
  if (!isStorableName(name)) return new HttpError(400, undefined, UNFIT_NAME);
  const occupant = await folder.occupant(name);
  if (occupant.kind === "unfit" && !occupant.isMisspelt) return refusal(403);
  if (occupant.kind !== "nothing" && await isOnlyInAnotherCase(source, named)) {
    return { folder, name, occupant: { kind: "nothing" } };
  }
  if (occupant.kind === "unfit") return refusal(403);
  return { folder, name, occupant };
}

/** On a file system that takes names for the same that differ in case. */
async function isOnlyInAnotherCase(
  source: TreePlace,
  { folder, name }: NameInFolder<TreeFolder>,
): Promise<boolean> {
  const isAlike = source.folder.identity === folder.identity && source.name !== name &&
    source.name.toLowerCase() === name.toLowerCase();
  return isAlike && !(await folder.entries()).some((entry) => entry.name === name);
}

function isSameName(source: NameInFolder, to: NameInFolder): boolean {
  return source.folder.identity === to.folder.identity && source.name === to.name;
}

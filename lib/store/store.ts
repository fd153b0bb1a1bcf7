/**
 * Storing: PUT and DELETE (RFC 9110 sections 9.3.4 and 9.3.5), with preconditions. A file is whole or not there.
 *
 * @module
 */
import { fileEntityTag } from "../http/etag.ts";
import { isStorableName } from "../http/file_names.ts";
import { fieldLine, type Request, type Response } from "../http/message.ts";
import { encodePath } from "../http/path.ts";
import { evaluatePreconditions, type Verdict } from "../http/preconditions.ts";
import { refusal } from "../http/refusal.ts";
import { FileError, type FileStat, type FileSystem, type NewFile, type StoreFiles } from "../ports.ts";
import { type Occupant, occupantOf, resolveFolder } from "./place.ts";
import { limitedBody, receiveInto } from "./receive.ts";

/** A request's place in a store. */
export interface StoreTarget {
  /** Decoded path of the request. */
  readonly path: string;
  /** Where it lies on disk, without a slash at the end. */
  readonly file: string;
  /** The store's folder. */
  readonly root: string;
  /** Folders whose files this server runs: nothing is stored there. */
  readonly programs?: readonly string[];
  /** Bytes of a body; Infinity is no limit. */
  readonly limit: number;
  /** POST may replace files. */
  readonly overwrite: boolean;
}

/** What writing works with. */
export interface StoreServices {
  readonly files: FileSystem;
  readonly store: StoreFiles;
}

/**
 * Stores the body under the name in the path: 201, or 204 if it replaced something.
 *
 * @throws {FileError} e.g. "full"
 * @throws {PeerError | GoneError} what the body throws; nothing is stored then
 */
export async function put(request: Request, target: StoreTarget, services: StoreServices): Promise<Response> {
  if (request.fields.has("content-range")) return refusal(400);
  const before = placeOfPut(request, target, services);
  if ("status" in before) return before;
  const file = services.store.create(before.folder);
  try {
    await receiveInto(file, limitedBody(request.body, target.limit));
    // Others may have written meanwhile: what is there now decides.
    const place = placeOfPut(request, target, services);
    if ("status" in place) return place;
    const mustBeNew = request.fields.getList("if-none-match") === "*";
    if (!commit(file, place.path, mustBeNew)) return refusal(412);
    const fields = tagLine(services.files.stat(place.path));
    if (place.occupant.kind === "file") return { status: 204, fields, body: undefined };
    return { status: 201, fields: fieldLine("Location", encodePath(target.path)) + fields, body: undefined };
  } finally {
    file.discard();
  }
}

/** Removes a file: 204, 404 if there is none, 409 for a folder. @throws {FileError} */
export function remove(request: Request, target: StoreTarget, services: StoreServices): Response {
  const place = locate(target, services);
  if ("status" in place) return refusal(404);
  const { occupant, path } = place;
  if (occupant.kind === "folder") return refusal(409);
  if (occupant.kind !== "file" || target.path.endsWith("/")) return refusal(404);
  if (verdictOf(request, occupant) === "failed") return refusal(412);
  services.store.remove(path);
  return { status: 204, fields: "", body: undefined };
}

/** Where a PUT may write now, or why it may not. */
function placeOfPut(request: Request, target: StoreTarget, services: StoreServices): Place | Response {
  const place = locate(target, services);
  if ("status" in place) return place;
  if (target.path.endsWith("/") || place.occupant.kind === "folder") return refusal(409);
  if (place.occupant.kind === "unfit") return refusal(404);
  if (!isStorableName(place.name)) return refusal(400);
  return verdictOf(request, place.occupant) === "failed" ? refusal(412) : place;
}

/** False if the name must be new and is not: other threads and programs write as well. @throws {FileError} */
function commit(file: NewFile, path: string, mustBeNew: boolean): boolean {
  try {
    file.commit(path, !mustBeNew);
    return true;
  } catch (error) {
    if (mustBeNew && error instanceof FileError && error.problem === "exists") return false;
    throw error;
  }
}

interface Place {
  readonly folder: string;
  readonly name: string;
  readonly path: string;
  readonly occupant: Occupant;
}

/** A refusal if the folder is not there (409) or lies outside (404). */
function locate({ file, root, programs }: StoreTarget, { files, store }: StoreServices): Place | Response {
  if (file === root) return { folder: root, name: "", path: root, occupant: { kind: "folder" } };
  const slash = file.lastIndexOf("/");
  const folder = resolveFolder(files, file.slice(0, slash) || "/", root, programs);
  if (folder === "missing") return refusal(409);
  if (folder === "outside") return refusal(404);
  const name = file.slice(slash + 1);
  const path = `${folder === "/" ? "" : folder}/${name}`;
  return { folder, name, path, occupant: occupantOf(files, store, path, root) };
}

function verdictOf(request: Request, occupant: Occupant): Verdict {
  const current = occupant.kind === "file"
    ? { etag: fileEntityTag(occupant.stat), modified: occupant.stat.modified }
    : undefined;
  return evaluatePreconditions(request, current);
}

function tagLine(stat: FileStat | undefined): string {
  return stat ? fieldLine("ETag", fileEntityTag(stat)) : "";
}

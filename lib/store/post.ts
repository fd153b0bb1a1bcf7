/**
 * Storing by POST: files of a form (RFC 7578) under their own names, anything else under a new one. All of a request is
 * stored, or nothing.
 *
 * @module
 */
import { prefers } from "../http/accept.ts";
import { parseFormDisposition } from "../http/content_disposition.ts";
import { HttpError, refusal } from "../http/errors.ts";
import { FieldBlock } from "../http/fields.ts";
import { cleanFileName } from "../http/file_names.ts";
import { extensionOf } from "../http/media_type.ts";
import type { Request, Response } from "../http/message.ts";
import { isFormData, multipartBoundary } from "../http/multipart/boundary.ts";
import { MultipartParser } from "../http/multipart/parser.ts";
import type { NewContent, WritableFolder } from "../http/origin.ts";
import { encodePath } from "../http/path.ts";
import { evaluatePreconditions, type Verdict } from "../http/preconditions.ts";
import { contentOf, type NextPiece, receiveInto } from "./receive.ts";
import type { StoreTarget } from "./target.ts";
import { Upload } from "./upload.ts";

/** Bounds of one form: bytes of a part's header, and how many parts. */
const FORM_LIMITS = { partHeader: 8 * 1024, parts: 1000 };

const encoder = new TextEncoder();

const NO_FILE = { advice: "The form has no file in it: curl sends one with -F file=@NAME." };

/**
 * Stores the files of a POST to a folder: 201 with a list of them, or 303 back to the folder for a browser's form.
 *
 * @throws {FileError} e.g. "full"
 * @throws {HttpError | GoneError} what the body throws; nothing is stored then
 */
export async function post(request: Request, target: StoreTarget): Promise<Response | HttpError> {
  const folder = await folderOfPost(request, target);
  if (folder instanceof HttpError) return folder;
  const mustBeNew = request.fields.joined("if-none-match") === "*";
  const upload = new Upload(folder, {
    replaces: target.overwrite && !mustBeNew,
    mustBeNew,
    naming: target.naming,
    mayName: target.mayName,
  });
  try {
    const type = request.fields.get("content-type");
    const next = await contentOf(request, target.limit);
    const { fsync = false } = target;
    if (isFormData(type)) await receiveForm(upload, next, type, fsync);
    else await receiveBody(upload, next, request, target);
    await upload.commit();
    if (fsync) await folder.sync();
    return await answer(request, target, upload.names, folder);
  } finally {
    upload.discard();
  }
}

/** Where a POST may write now, or why it may not. @throws {FileError} */
export async function folderOfPost(
  request: Request,
  target: StoreTarget,
): Promise<WritableFolder | HttpError> {
  const folder = await target.store.folder(target.place);
  if (folder === "missing") return refusal(409);
  if (folder === "outside") return refusal(404);
  return verdictOfFolder(request, target) === "failed" ? refusal(412) : folder;
}

/**
 * A folder has no entity tag. That a file must be new is asked of each name; whatever else is a condition does not hold.
 */
function verdictOfFolder(request: Request, { clock }: StoreTarget): Verdict {
  if (request.fields.joined("if-match") === "*") return "proceed";
  return evaluatePreconditions(request, undefined, clock);
}

async function receiveBody(
  upload: Upload,
  next: NextPiece,
  request: Request,
  { fileName, received, fsync }: StoreTarget,
): Promise<void> {
  const type = request.fields.get("content-type");
  const theirs = cleanFileName(fileName ?? "");
  const name = theirs ?? `upload-${crypto.randomUUID().slice(0, 8)}${extensionOf(type)}`;
  const of = { name, length: request.body.length, contentType: type };
  await receiveInto(await upload.add(of, theirs === undefined, received), next, fsync);
}

/** @throws {HttpError} if the form breaks its grammar or a name is taken */
async function receiveForm(
  upload: Upload,
  next: NextPiece,
  type: string | undefined,
  fsync: boolean,
): Promise<void> {
  const boundary = multipartBoundary(type);
  if (boundary === undefined) throw new HttpError(400, "A form without a usable boundary");
  const parser = new MultipartParser(boundary, FORM_LIMITS);
  /** Undefined in a part that is no file. */
  let current: NewContent | undefined;
  for (;;) {
    const event = parser.next();
    if (event.type === "need data") {
      const piece = await next();
      if (piece === null) parser.endOfInput();
      else parser.push(piece);
    } else if (event.type === "part") {
      const name = nameOf(event.fields);
      current = name === undefined ? undefined : await upload.add(
        { name, contentType: event.fields.get("content-type"), isOneOfSeveral: true },
        false,
      );
    } else if (event.type === "data") await current?.write(event.bytes);
    else if (event.type === "end of part") {
      if (fsync) await current?.sync();
      await current?.end();
      current = undefined;
    } else break;
  }
  // The request is only whole at its own end, wherever its form ends.
  while (await next() !== null);
  if (upload.names.length === 0) throw new HttpError(400, "A form without a file", NO_FILE);
}

/** The name for a part's file; undefined if it is no file, or a file input that was left empty. @throws {HttpError} */
function nameOf(fields: FieldBlock): string | undefined {
  const disposition = parseFormDisposition(fields.get("content-disposition") ?? "");
  if (!disposition) throw new HttpError(400, "A part without a usable Content-Disposition");
  const { fileName } = disposition;
  if (fileName === undefined || fileName === "") return undefined;
  const name = cleanFileName(fileName);
  if (name === undefined) throw new HttpError(400, "A file name of which nothing is left");
  return name;
}

async function answer(
  request: Request,
  { path }: StoreTarget,
  names: readonly string[],
  folder: WritableFolder,
): Promise<Response> {
  const folderPath = path.endsWith("/") ? path : `${path}/`;
  if (prefers(request.fields.joined("accept"), ["application/json", "text/html"]) === "text/html") {
    return { status: 303, fields: FieldBlock.of(["Location", encodePath(folderPath)]), body: undefined };
  }
  const list = await Promise.all(names.map(async (name) => {
    const stored = await folder.occupant(name);
    const { size, modified } = stored.kind === "file"
      ? { size: stored.size, modified: stored.validators.modified }
      : { size: 0, modified: 0 };
    return { name, type: "file", size, modified: new Date(modified).toISOString() };
  }));
  return {
    status: 201,
    fields: FieldBlock.of(
      ["Location", encodePath(names.length === 1 ? folderPath + names[0] : folderPath)],
      ["Content-Type", "application/json"],
    ),
    body: encoder.encode(JSON.stringify(list, undefined, 1) + "\n"),
  };
}

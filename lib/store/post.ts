/**
 * Storing by POST: files of a form (RFC 7578) under their own names, anything else under a new one. All of a request is
 * stored, or nothing.
 *
 * @module
 */
import { prefers } from "../http/accept.ts";
import { parseFormDisposition } from "../http/content_disposition.ts";
import { cleanFileName } from "../http/file_names.ts";
import { extensionOf } from "../http/media_type.ts";
import { fieldLine, type Request, type Response } from "../http/message.ts";
import { multipartBoundary, MultipartError, MultipartParser } from "../http/multipart.ts";
import { encodePath } from "../http/path.ts";
import { refusal } from "../http/refusal.ts";
import { FileError, type NewFile } from "../ports.ts";
import { occupantOf, resolveFolder } from "./place.ts";
import { limitedBody, receiveInto } from "./receive.ts";
import type { StoreServices, StoreTarget } from "./store.ts";

/** Bounds of one form: bytes of a part's header, and how many parts. */
const FORM_LIMITS = { partHeader: 8 * 1024, parts: 1000 };

const encoder = new TextEncoder();

/** A file that is whole but has no name yet. */
interface Received {
  readonly name: string;
  readonly file: NewFile;
}

/**
 * Stores the files of a POST to a folder: 201 with a list of them, or 303 back to the folder for a browser's form.
 *
 * @throws {FileError} e.g. "full"
 * @throws {PeerError | GoneError} what the body throws; nothing is stored then
 */
export async function post(
  request: Request,
  target: StoreTarget,
  services: StoreServices,
): Promise<Response> {
  const folder = resolveFolder(services.files, target.file, target.root);
  if (folder === "missing") return refusal(409);
  if (folder === "outside") return refusal(404);
  const received: Received[] = [];
  const isFree = (name: string): boolean => {
    const { kind } = occupantOf(services.files, services.store, `${folder}/${name}`, target.root);
    if (target.overwrite) return kind === "nothing" || kind === "file";
    return kind === "nothing" && received.every((other) => other.name !== name);
  };
  try {
    const type = request.fields.get("content-type");
    const boundary = multipartBoundary(type);
    if (boundary === undefined && /^multipart\/form-data\b/i.test(type ?? "")) return refusal(400);
    const next = limitedBody(request.body, target.limit);
    const refused = boundary === undefined
      ? await receiveBody(received, next, services.store.create(folder), type)
      : await receiveForm(received, next, boundary, () => services.store.create(folder), isFree);
    if (refused) return refused;
    const conflict = commitAll(received, folder, target, services);
    return conflict ?? answer(request, target, received, folder, services);
  } finally {
    for (const { file } of received) file.discard();
  }
}

async function receiveBody(
  received: Received[],
  next: () => Promise<Uint8Array | null>,
  file: NewFile,
  type: string | undefined,
): Promise<undefined> {
  await receiveInto(file, next);
  received.push({ name: `upload-${crypto.randomUUID().slice(0, 8)}${extensionOf(type)}`, file });
}

/** Gives a refusal, or undefined once all files of the form are received. */
async function receiveForm(
  received: Received[],
  next: () => Promise<Uint8Array | null>,
  boundary: string,
  create: () => NewFile,
  isFree: (name: string) => boolean,
): Promise<Response | undefined> {
  const parser = new MultipartParser(boundary, FORM_LIMITS);
  /** Undefined in a part that is no file. */
  let current: Received | undefined;
  try {
    for (;;) {
      const event = parser.next();
      if (event.type === "need data") {
        const piece = await next();
        if (piece === null) parser.endOfInput();
        else parser.push(piece);
      } else if (event.type === "part") {
        const disposition = parseFormDisposition(event.fields.get("content-disposition") ?? "");
        if (!disposition) return refusal(400);
        const { fileName } = disposition;
        // A field that is no file, or a file input that was left empty.
        if (fileName === undefined || fileName === "") continue;
        const name = cleanFileName(fileName);
        if (name === undefined) return refusal(400);
        if (!isFree(name)) return refusal(409);
        received.push(current = { name, file: create() });
      } else if (event.type === "data") await current?.file.write(event.bytes);
      else if (event.type === "end of part") current = undefined;
      else break;
    }
  } catch (error) {
    if (error instanceof MultipartError) return refusal(error.status);
    throw error;
  }
  return received.length === 0 ? refusal(400) : undefined;
}

/** Names every file; a refusal, and no file, if one of the names has been taken meanwhile. */
function commitAll(
  received: readonly Received[],
  folder: string,
  { overwrite }: StoreTarget,
  { store }: StoreServices,
): Response | undefined {
  const named: string[] = [];
  for (const { name, file } of received) {
    const path = `${folder}/${name}`;
    try {
      file.commit(path, overwrite);
      named.push(path);
    } catch (error) {
      if (!overwrite) named.forEach((done) => store.remove(done));
      if (error instanceof FileError && error.problem === "exists") return refusal(409);
      throw error;
    }
  }
  return undefined;
}

function answer(
  request: Request,
  { path }: StoreTarget,
  received: readonly Received[],
  folder: string,
  { files }: StoreServices,
): Response {
  const folderPath = path.endsWith("/") ? path : `${path}/`;
  if (prefers(request.fields.getList("accept"), ["application/json", "text/html"]) === "text/html") {
    return { status: 303, fields: fieldLine("Location", encodePath(folderPath)), body: undefined };
  }
  const names = [...new Set(received.map(({ name }) => name))];
  const list = names.map((name) => {
    const stat = files.stat(`${folder}/${name}`);
    return {
      name,
      type: "file",
      size: stat?.size ?? 0,
      modified: new Date(stat?.modified ?? 0).toISOString(),
    };
  });
  return {
    status: 201,
    fields: fieldLine("Location", encodePath(names.length === 1 ? folderPath + names[0] : folderPath)) +
      fieldLine("Content-Type", "application/json"),
    body: encoder.encode(JSON.stringify(list, undefined, 1) + "\n"),
  };
}

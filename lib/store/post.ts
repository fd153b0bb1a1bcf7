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
import type { Fields } from "../http/fields.ts";
import { fieldLine, type Request, type Response } from "../http/message.ts";
import { isFormData, multipartBoundary, MultipartError, MultipartParser } from "../http/multipart.ts";
import { encodePath } from "../http/path.ts";
import { evaluatePreconditions, type Verdict } from "../http/preconditions.ts";
import { refusal } from "../http/refusal.ts";
import { FileError, type NewFile } from "../ports.ts";
import { occupantOf, resolveFolder } from "./place.ts";
import { limitedBody, receiveInto } from "./receive.ts";
import type { StoreServices, StoreTarget } from "./store.ts";

/** Bounds of one form: bytes of a part's header, and how many parts. */
const FORM_LIMITS = { partHeader: 8 * 1024, parts: 1000 };

const encoder = new TextEncoder();

/** A file that has no name yet. */
interface Received {
  readonly name: string;
  readonly file: NewFile;
  /** A name that we made up. */
  readonly isOurs: boolean;
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
  const folder = resolveFolder(services.files, target.file, target.root, target.programs);
  if (folder === "missing") return refusal(409);
  if (folder === "outside") return refusal(404);
  if (verdictOfFolder(request) === "failed") return refusal(412);
  const mustBeNew = request.fields.getList("if-none-match") === "*";
  const upload = new Upload(folder, target, services, mustBeNew);
  try {
    const type = request.fields.get("content-type");
    const next = limitedBody(request.body, target.limit);
    const refused =
      await (isFormData(type) ? receiveForm(upload, next, type) : receiveBody(upload, next, type)) ??
        upload.commit();
    return refused ?? answer(request, target, upload.received, folder, services);
  } finally {
    upload.discard();
  }
}

/**
 * A folder has no entity tag. That a file must be new is asked of each name; whatever else is a condition does not hold.
 */
function verdictOfFolder(request: Request): Verdict {
  if (request.fields.getList("if-match") === "*") return "proceed";
  return evaluatePreconditions(request, undefined);
}

/** The files of one request: all of them get their names, or none. */
class Upload {
  readonly received: Received[] = [];
  readonly #replaces: boolean;
  readonly #conflict: number;

  constructor(
    readonly folder: string,
    readonly target: StoreTarget,
    readonly services: StoreServices,
    mustBeNew: boolean,
  ) {
    this.#replaces = target.overwrite && !mustBeNew;
    this.#conflict = mustBeNew ? 412 : 409;
  }

  /** A file to be written, or a refusal if its name is taken. @throws {FileError} */
  add(name: string, isOurs: boolean): NewFile | Response {
    const refused = this.#refuse(name);
    if (refused) return refused;
    if (!this.#replaces && this.received.some((other) => other.name === name)) return refusal(this.#conflict);
    const file = this.services.store.create(this.folder);
    this.received.push({ name, file, isOurs });
    return file;
  }

  /** Names every file; a refusal, and no file, if one of the names has been taken meanwhile. @throws {FileError} */
  commit(): Response | undefined {
    for (const { name } of this.received) {
      const refused = this.#refuse(name);
      if (refused) return refused;
    }
    const named: string[] = [];
    for (const { name, file, isOurs } of this.received) {
      const path = this.#path(name);
      try {
        file.commit(path, this.#replaces && !isOurs);
        named.push(path);
      } catch (error) {
        // What was replaced can not be brought back.
        if (!this.#replaces) named.forEach((done) => this.#takeBack(done));
        if (error instanceof FileError && error.problem === "exists") return refusal(this.#conflict);
        throw error;
      }
    }
    return undefined;
  }

  /** Removes what has no name yet. */
  discard(): void {
    for (const { file } of this.received) file.discard();
  }

  #refuse(name: string): Response | undefined {
    const { files, store } = this.services;
    const { kind } = occupantOf(files, store, this.#path(name), this.target.root);
    if (kind === "nothing" || (kind === "file" && this.#replaces)) return undefined;
    return refusal(kind === "file" ? this.#conflict : 409);
  }

  #takeBack(path: string): void {
    try {
      this.services.store.remove(path);
    } catch (error) {
      // Somebody else was faster, or took the right to: the others are still to be taken back.
      if (!(error instanceof FileError)) throw error;
    }
  }

  #path(name: string): string {
    return `${this.folder === "/" ? "" : this.folder}/${name}`;
  }
}

type Next = () => Promise<Uint8Array | null>;

async function receiveBody(
  upload: Upload,
  next: Next,
  type: string | undefined,
): Promise<Response | undefined> {
  const file = upload.add(`upload-${crypto.randomUUID().slice(0, 8)}${extensionOf(type)}`, true);
  if ("status" in file) return file;
  await receiveInto(file, next);
  return undefined;
}

/** Gives a refusal, or undefined once all files of the form are received. */
async function receiveForm(
  upload: Upload,
  next: Next,
  type: string | undefined,
): Promise<Response | undefined> {
  const boundary = multipartBoundary(type);
  if (boundary === undefined) return refusal(400);
  const parser = new MultipartParser(boundary, FORM_LIMITS);
  /** Undefined in a part that is no file. */
  let current: NewFile | undefined;
  try {
    for (;;) {
      const event = parser.next();
      if (event.type === "need data") {
        const piece = await next();
        if (piece === null) parser.endOfInput();
        else parser.push(piece);
      } else if (event.type === "part") {
        const name = nameOf(event.fields);
        if (name === null) return refusal(400);
        if (name === undefined) continue;
        const file = upload.add(name, false);
        if ("status" in file) return file;
        current = file;
      } else if (event.type === "data") await current?.write(event.bytes);
      else if (event.type === "end of part") {
        current?.end();
        current = undefined;
      } else break;
    }
  } catch (error) {
    if (error instanceof MultipartError) return refusal(error.status);
    throw error;
  }
  // The request is only whole at its own end, wherever its form ends.
  while (await next() !== null);
  return upload.received.length === 0 ? refusal(400) : undefined;
}

/** The name for a part's file; undefined if it is no file, or a file input that was left empty; null if it is unfit. */
function nameOf(fields: Fields): string | undefined | null {
  const disposition = parseFormDisposition(fields.get("content-disposition") ?? "");
  if (!disposition) return null;
  const { fileName } = disposition;
  return fileName === undefined || fileName === "" ? undefined : cleanFileName(fileName) ?? null;
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

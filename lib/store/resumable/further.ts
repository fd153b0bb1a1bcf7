/**
 * Further requests of an upload: how far it is, more of it, and its end (draft-ietf-httpbis-resumable-upload-12, sections
 * 4.3, 4.4 and 4.5). Who is not the one that began it is told that there is none.
 *
 * @module
 */
import { busy, GoneError, HttpError, refusal } from "../../http/errors.ts";
import { FieldBlock } from "../../http/fields.ts";
import type { Request, Response } from "../../http/message.ts";
import type { Partials } from "../../http/origin.ts";
import { problem } from "../../http/problem.ts";
import {
  ACCEPT_PATCH,
  PARTIAL_UPLOAD,
  stateFields,
  uploadComplete,
  uploadOffset,
} from "../../http/upload_fields.ts";
import { Claim, type FinishedUpload } from "./claims.ts";
import { decodeNotes } from "./notes.ts";
import { tooLarge } from "./receive.ts";
import { inconsistentLength, isConsistent, type OpenUpload, runUpload } from "./run.ts";
import { limitFields, type ResumableTarget } from "./target.ts";

const NO_STORE = FieldBlock.of(["Cache-Control", "no-store"]);

const OTHER_TYPE = { fields: ACCEPT_PATCH, advice: `PATCH takes ${PARTIAL_UPLOAD} only.` };
const WITHOUT_STATE = { advice: "An upload is gone on with by Upload-Offset and Upload-Complete." };

/** An upload as it was found: ours to work on, or over. */
type Found = OpenUpload | FinishedUpload;

/** Says how far an upload is: 204. @throws {FileError} */
export async function offsetOf(target: ResumableTarget, id: string): Promise<Response | HttpError> {
  const found = await find(target, id);
  if (found instanceof HttpError) return found;
  if (!("claim" in found)) return { status: 204, fields: finishedFields(found), body: undefined };
  const { content, claim, notes } = found;
  try {
    const { length } = notes;
    const fields = stateFields(false, content.size).concat(limitFields(target, timeLeft(target, found)))
      .concat(NO_STORE);
    return {
      status: 204,
      fields: length === undefined ? fields : fields.append("Upload-Length", length),
      body: undefined,
    };
  } finally {
    content.close();
    claim.release("kept");
  }
}

function finishedFields({ length }: FinishedUpload): FieldBlock {
  return stateFields(true, length).append("Upload-Length", length).concat(NO_STORE);
}

/** Appends a request's content. @throws {FileError}, and what the body throws */
export async function append(
  request: Request,
  target: ResumableTarget,
  id: string,
): Promise<Response | HttpError> {
  const { fields } = request;
  if (!isPartialUpload(request)) return new HttpError(415, undefined, OTHER_TYPE);
  const offset = uploadOffset(fields);
  if (offset === undefined || uploadComplete(fields) === undefined) {
    return new HttpError(400, undefined, WITHOUT_STATE);
  }
  const found = await find(target, id);
  if (found instanceof HttpError) return found;
  if (!("claim" in found)) return refuseMore(request, found, offset);
  const refused = refuse(request, target, found, offset);
  if (refused === undefined) return await runUpload(request, target, found, acknowledge);
  found.content.close();
  found.claim.release("kept");
  return refused;
}

function acknowledge(state: FieldBlock): Response {
  return { status: 204, fields: state, body: undefined };
}

/** Why content at this offset cannot be appended; undefined if it can. */
function refuse(
  request: Request,
  target: ResumableTarget,
  { content: { size }, notes: { length } }: OpenUpload,
  offset: number,
): Response | HttpError | undefined {
  if (offset !== size) return mismatch(size, offset);
  const announced = request.body.length ?? 0;
  if (size + announced > target.limit) return tooLarge(target);
  return isConsistent(request, size, length) ? undefined : inconsistentLength(size);
}

/** 409 with the right offset: whoever wants to goes on from there, or learns that all of it has come. */
function mismatch(size: number, offset: number): Response {
  const members = { "expected-offset": size, "provided-offset": offset };
  return problem(409, "mismatching-upload-offset", stateFields(false, size), members);
}

/** Nothing is appended to what is whole. False of Upload-Complete means that it is not the file's answer. */
function refuseMore({ body }: Request, { length }: FinishedUpload, offset: number): Response {
  if (offset !== length) return mismatch(length, offset);
  const type = body.length === 0 ? "completed-upload" : "inconsistent-upload-length";
  return problem(400, type, stateFields(false, length));
}

/** Ends an upload that nobody wants any more, and whatever works on it: 204. @throws {FileError} */
export async function cancel(target: ResumableTarget, id: string): Promise<Response | HttpError> {
  const found = await find(target, id);
  if (found instanceof HttpError) return found;
  if ("claim" in found) {
    try {
      found.content.remove();
    } finally {
      found.claim.release("gone");
    }
  }
  return { status: 204, fields: FieldBlock.EMPTY, body: undefined };
}

/** True for content that PATCH takes. */
export function isPartialUpload({ fields }: Request): boolean {
  return (fields.joined("content-type") ?? "").split(";", 1)[0]!.trim().toLowerCase() === PARTIAL_UPLOAD;
}

/** The upload of a name, if it is there and theirs who ask. Whoever has it gives it back. @throws {FileError} */
async function find(target: ResumableTarget, id: string): Promise<Found | HttpError> {
  const lies = await placeOf(target, id);
  // SECURITY: nobody else ends what works on it.
  if (lies === "not theirs") return refusal(404);
  const claim = await target.claims.claim(
    id,
    lies && { folder: lies.partials.folder, expires: lies.expires },
  );
  if (claim === "busy") return busy("The upload is worked on by another request");
  // Its client has come anew meanwhile.
  if (claim === "superseded") throw new GoneError();
  if (claim === "full") return busy("There are too many unfinished uploads");
  if (!(claim instanceof Claim)) return isTheirs(claim, target) ? claim : refusal(404);
  let found: Found | undefined;
  try {
    found = lies && open(lies.partials, target, id, claim);
  } finally {
    if (found === undefined || !("claim" in found)) claim.release(found ?? "kept");
  }
  return found ?? refusal(404);
}

/** Where an upload lies: beside the file that it becomes, or in the folder that was posted to; undefined: nowhere. */
async function placeOf(
  target: ResumableTarget,
  id: string,
): Promise<{ readonly partials: Partials; readonly expires: number } | "not theirs" | undefined> {
  const { store, place, path } = target, parent = place.slice(0, Math.max(0, place.lastIndexOf("/")));
  for (const where of path.endsWith("/") ? [place] : [parent, place]) {
    const folder = await store.folder(where);
    const partials = typeof folder === "object" ? await folder.partials?.() : undefined;
    const content = partials?.open(id);
    if (partials === undefined || content === undefined) continue;
    content.close();
    const notes = decodeNotes(content.notes);
    if (notes === undefined || !isTheirs(notes, target)) return "not theirs";
    return { partials, expires: notes.expires };
  }
  return undefined;
}

/** What lies there of an upload; undefined where nothing does any more. @throws {FileError} */
function open(partials: Partials, target: ResumableTarget, id: string, claim: Claim): Found | undefined {
  const content = partials.open(id), notes = content && decodeNotes(content.notes);
  if (content === undefined || notes === undefined) return undefined;
  const { naming, length, path, user } = notes;
  if (naming !== undefined && (content.isMissing || content.isNamed(naming))) {
    // It had got its name when the server was killed.
    const size = content.isMissing ? length ?? 0 : content.size;
    content.remove();
    return { path, user, length: size };
  }
  const upload = { content, claim, notes };
  if (!content.isMissing && timeLeft(target, upload) > 0) return upload;
  content.remove();
  return undefined;
}

function isTheirs(
  upload: { readonly path: string; readonly user: string | undefined },
  { path, user }: ResumableTarget,
): boolean {
  return upload.path === path && (upload.user === undefined || upload.user === user);
}

/** How long it is still kept, in milliseconds. */
function timeLeft({ clock }: ResumableTarget, { content, notes }: Omit<OpenUpload, "claim">): number {
  return content.modified + notes.expires - clock.now();
}

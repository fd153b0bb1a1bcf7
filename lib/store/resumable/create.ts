/**
 * The first request of a resumable upload (draft-ietf-httpbis-resumable-upload-12, section 4.2).
 *
 * @module
 */
import { busy, HttpError } from "../../http/errors.ts";
import { FieldBlock } from "../../http/fields.ts";
import type { Request, Response } from "../../http/message.ts";
import type { PartialContent, Partials, WritableFolder } from "../../http/origin.ts";
import { uploadComplete } from "../../http/upload_fields.ts";
import { folderOfPost, post } from "../post.ts";
import { placeOfPut, put } from "../put.ts";
import { Claim } from "./claims.ts";
import { encodeNotes, keptFields, MOST_KEPT, type UploadNotes } from "./notes.ts";
import { tooLarge } from "./receive.ts";
import { inconsistentLength, isConsistent, lengthFrom, runUpload } from "./run.ts";
import { limitFields, type ResumableTarget, uploadUri } from "./target.ts";

const TOO_MANY_FIELDS = {
  advice: "The fields of this request are too long for an upload that is gone on with.",
};

/** Begins an upload, and takes what comes of it. @throws {FileError}, and what the body throws */
export async function create(request: Request, target: ResumableTarget): Promise<Response | HttpError> {
  const { fields } = request, isLast = uploadComplete(fields)!;
  const length = lengthFrom(request, 0);
  if (!isConsistent(request, 0, undefined)) return inconsistentLength(0);
  if ((length ?? 0) > target.limit) return tooLarge(target);
  const notes: UploadNotes = {
    method: request.method,
    path: target.path,
    user: target.user,
    fields: keptFields(fields),
    expires: target.expires,
    length,
    naming: undefined,
  };
  const text = encodeNotes(notes);
  if (text.length > MOST_KEPT) return new HttpError(431, undefined, TOO_MANY_FIELDS);
  const folder = await folderFor(request, target);
  if (folder instanceof HttpError) return folder;
  const partials = await folder.partials?.();
  const id = newUploadId();
  const claim = partials && await target.claims.begin(id, partials.folder, target.expires);
  if (!(claim instanceof Claim)) return await withoutResuming(request, target, isLast);
  return await begin(request, target, { id, claim, notes, text, folder, partials: partials! });
}

/** Where the content is gathered: where it will have its name. */
async function folderFor(request: Request, target: ResumableTarget): Promise<WritableFolder | HttpError> {
  if (request.method === "POST") return await folderOfPost(request, target);
  const place = await placeOfPut(request, target);
  return place instanceof HttpError ? place : place.folder;
}

/** Content that is all of it needs no resuming; a part that could not be gone on with would be lost. */
async function withoutResuming(
  request: Request,
  target: ResumableTarget,
  isLast: boolean,
): Promise<Response | HttpError> {
  if (!isLast) return busy("There are too many unfinished uploads");
  return await (request.method === "POST" ? post : put)(request, target);
}

interface Beginning {
  readonly id: string;
  readonly claim: Claim;
  readonly notes: UploadNotes;
  readonly text: string;
  readonly folder: WritableFolder;
  readonly partials: Partials;
}

async function begin(
  request: Request,
  target: ResumableTarget,
  { id, claim, notes, text, folder, partials }: Beginning,
): Promise<Response | HttpError> {
  const location = FieldBlock.of(["Location", uploadUri(target.path, id)]).concat(limitFields(target));
  let content: PartialContent | undefined;
  try {
    content = partials.create(id, text);
    if (target.fsync) await folder.sync();
  } catch (error) {
    content?.remove();
    claim.release("gone");
    throw error;
  }
  request.inform?.(104, location);
  return await runUpload(request, target, { content, claim, notes }, (state) => ({
    status: 201,
    fields: location.concat(state),
    body: undefined,
  }));
}

/** 128 bits of chance: nobody guesses it. */
function newUploadId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

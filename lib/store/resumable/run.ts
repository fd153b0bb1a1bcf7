/**
 * What a first and a further request of an upload have in common: content is appended, and once it is whole the upload
 * is what it was to become.
 *
 * @module
 */
import { HttpError } from "../../http/errors.ts";
import { FieldBlock } from "../../http/fields.ts";
import type { Request, Response } from "../../http/message.ts";
import type { PartialContent } from "../../http/origin.ts";
import { problem } from "../../http/problem.ts";
import { stateFields, uploadComplete, uploadLength } from "../../http/upload_fields.ts";
import type { Claim, FinishedUpload } from "./claims.ts";
import { finish, withFields } from "./finish.ts";
import { encodeNotes, type UploadNotes } from "./notes.ts";
import { receive, TooLongError } from "./receive.ts";
import { limitFields, type ResumableTarget } from "./target.ts";

/** An upload that a request works on. */
export interface OpenUpload {
  readonly content: PartialContent;
  readonly claim: Claim;
  readonly notes: UploadNotes;
}

/** What a request says of the length of all of it; undefined where it says nothing. */
export function lengthFrom({ fields, body }: Request, offset: number): number | undefined {
  const { length } = body;
  const byContent = uploadComplete(fields) && length !== undefined ? offset + length : undefined;
  return uploadLength(fields) ?? byContent;
}

/** True if a request says the same of the length as it says itself in another way, and as was said before. */
export function isConsistent(request: Request, offset: number, known: number | undefined): boolean {
  const { fields, body: { length } } = request;
  const said = [
    known,
    uploadLength(fields),
    uploadComplete(fields) && length !== undefined ? offset + length : undefined,
  ].filter((one) => one !== undefined);
  return new Set(said).size <= 1;
}

/** 400: what was said of the length does not agree. */
export function inconsistentLength(offset: number): Response {
  return problem(400, "inconsistent-upload-length", stateFields(false, offset));
}

/**
 * Appends a request's content, and gives everything back.
 *
 * @param goOn the answer where more is to come
 * @throws {GoneError} and what the body throws; the upload can be gone on with then @throws {FileError}
 */
export async function runUpload(
  request: Request,
  target: ResumableTarget,
  upload: OpenUpload,
  goOn: (state: FieldBlock) => Response,
): Promise<Response | HttpError> {
  const { content, claim } = upload;
  let outcome: "kept" | "gone" | FinishedUpload = "kept";
  try {
    const offset = content.size, notes = withLength(upload, lengthFrom(request, offset));
    const size = await receive(request, target, { content, claim, offset, length: notes.length });
    if (!uploadComplete(request.fields)) return goOn(stateFields(false, size));
    if (notes.length !== undefined && size !== notes.length) return inconsistentLength(size);
    const finished = await finish(request, target, content, notes);
    if (!finished.isOver) return withFields(finished.outcome, stateFields(false, size));
    outcome = { path: notes.path, user: notes.user, length: size };
    return finished.outcome;
  } catch (error) {
    if (error instanceof TooLongError) {
      // Whatever came last, nobody knows any more which of its bytes are right.
      content.remove();
      outcome = "gone";
      return inconsistentLength(upload.notes.length ?? 0);
    }
    if (error instanceof HttpError) throw withFields(error, told(error, target, content));
    throw error;
  } finally {
    content.close();
    claim.release(outcome);
  }
}

/** What an error tells besides: how far the upload is, and what would not be too large. */
function told({ status, fields }: HttpError, target: ResumableTarget, { size }: PartialContent): FieldBlock {
  const state = stateFields(false, size);
  return status === 413 && !fields.has("upload-limit") ? state.concat(limitFields(target)) : state;
}

/** Its notes, in which a length stands that has just become known. */
function withLength({ content, notes }: OpenUpload, length: number | undefined): UploadNotes {
  if (length === undefined || notes.length !== undefined) return notes;
  const known = { ...notes, length };
  content.note(encodeNotes(known));
  return known;
}

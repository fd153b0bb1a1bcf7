/**
 * An upload that is whole becomes what its first request asked for, with the same conditions, and is answered as that
 * would have been.
 *
 * @module
 */
import { parseFileName } from "../../http/content_disposition.ts";
import { HttpError, httpErrorOf } from "../../http/errors.ts";
import { FieldBlock } from "../../http/fields.ts";
import { andThen } from "../../http/maybe_promise.ts";
import { type Request, requestWith, type Response } from "../../http/message.ts";
import { isFormData } from "../../http/multipart/boundary.ts";
import type { NewContent, PartialContent } from "../../http/origin.ts";
import { stateFields } from "../../http/upload_fields.ts";
import { post } from "../post.ts";
import { put } from "../put.ts";
import { encodeNotes, type UploadNotes } from "./notes.ts";
import type { ResumableTarget } from "./target.ts";

/** Bytes that are read at a time. */
const PIECE = 64 * 1024;

/** What becomes of an upload's bytes. */
export type Finished =
  /** Nothing could be better at another try: there is no upload any more. */
  | { readonly isOver: true; readonly outcome: Response | HttpError }
  /** It can be tried again. */
  | { readonly isOver: false; readonly outcome: HttpError };

/** Answers the first request of an upload whose content is whole. Never rejects. */
export async function finish(
  request: Request,
  target: ResumableTarget,
  content: PartialContent,
  notes: UploadNotes,
): Promise<Finished> {
  const fields = FieldBlock.of(...notes.fields);
  const isForm = notes.method === "POST" && isFormData(fields.get("content-type"));
  // PERF: it is read again only where somebody looks at it.
  const isRead = isForm || fields.has("repr-digest") || fields.has("want-repr-digest");
  const size = content.size;
  const original = requestWith(request, {
    method: notes.method,
    fields,
    body: isRead ? bodyOf(content, size) : NO_BODY,
  });
  const received = isForm ? undefined : asReceived(content, notes);
  const fileName = isForm ? undefined : parseFileName(fields.get("content-disposition") ?? "");
  const outcome = await answer(original, {
    ...target,
    ...received && { received },
    ...fileName !== undefined && { fileName },
  });
  const isError = outcome instanceof HttpError;
  if (isError && outcome.status >= 500) return { outcome, isOver: false };
  // Notes of what has its name are removed once that is answered: whoever has not heard the answer can still ask.
  if (isForm || isError) content.remove();
  const state = stateFields(true, size);
  return {
    outcome: isError ? withFields(outcome, state) : { ...outcome, fields: outcome.fields.concat(state) },
    isOver: true,
  };
}

async function answer(request: Request, target: ResumableTarget): Promise<Response | HttpError> {
  try {
    return await (request.method === "PUT" ? put : post)(request, target);
  } catch (error) {
    return httpErrorOf(error);
  }
}

/** The same error with more fields. */
export function withFields(error: HttpError, fields: FieldBlock): HttpError {
  const { status, message, advice, hint, log, cause } = error;
  return new HttpError(status, message, {
    fields: error.fields.concat(fields),
    cause,
    ...advice !== undefined && { advice },
    ...hint !== undefined && { hint },
    ...log !== undefined && { log },
  });
}

/** What has come already, in place of content that is still to be written. */
function asReceived(content: PartialContent, notes: UploadNotes): NewContent {
  return {
    write: () => Promise.resolve(),
    end: () => {},
    sync: () => content.flush(true),
    setModified: (time) => content.setModified(time),
    commit: (name, replace) => {
      // Whoever is killed behind this finds out whether it has its name.
      content.note(encodeNotes({ ...notes, naming: name }));
      return andThen(content.commit(name, replace), () => {});
    },
    discard: () => {},
  };
}

const NO_BODY: Request["body"] = { length: 0, read: () => Promise.resolve(null) };

function bodyOf(content: PartialContent, length: number): Request["body"] {
  const buffer = new Uint8Array(PIECE);
  let offset = 0;
  return {
    length,
    read: async () => {
      const count = await content.readAt(buffer, offset);
      offset += count;
      return count === 0 ? null : buffer.subarray(0, count);
    },
  };
}

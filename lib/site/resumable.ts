/**
 * Requests of resumable uploads (draft-ietf-httpbis-resumable-upload-12). An upload is at the place of what it will
 * become, with its name as the query: so whoever may write there is asked the same, and all that holds there holds for
 * it.
 *
 * @module
 */
import { HttpError, refusal } from "../http/errors.ts";
import type { MaybePromise } from "../http/maybe_promise.ts";
import type { Outcome, Request } from "../http/message.ts";
import { ACCEPT_PATCH } from "../http/upload_fields.ts";
import type { MainThread } from "../ports.ts";
import { UploadClaims } from "../store/resumable/claims.ts";
import { create } from "../store/resumable/create.ts";
import { append, cancel, isPartialUpload, offsetOf } from "../store/resumable/further.ts";
import type { StoreTarget } from "../store/target.ts";
import type { Exchange } from "./exchange.ts";
import { uploadIdOf } from "./resumable_requests.ts";
import { mayWrite } from "./rights.ts";

/** One for each thread that asks: all of its requests hear by the same. */
const claims = new WeakMap<MainThread, UploadClaims>();

/** Answers what isResumable() takes. @throws {FileError}, and what the body throws */
export function answerResumable(
  exchange: Exchange,
  request: Request,
  target: StoreTarget,
): MaybePromise<Outcome> {
  const { services: { main }, location: { config, uploadLimit, notAllowed }, user, path } = exchange;
  const { store: { uploadExpires, fsync } } = config;
  const id = uploadIdOf(request);
  if (id === undefined) {
    if (request.method === "PATCH") return refusePatch(request);
    // A part that could not be gone on with would be lost.
    if (uploadLimit === undefined) return notAllowed;
    if (main === undefined) return refusal(503);
  }
  if (main === undefined) return refusal(404);
  // Who may only read has nothing to do with it, whatever the method.
  if (!mayWrite(exchange, path)) return refusal(403);
  let all = claims.get(main);
  if (all === undefined) claims.set(main, all = new UploadClaims(main));
  const resumable = { ...target, user, claims: all, expires: uploadExpires, fsync };
  if (id === undefined) return create(request, resumable);
  if (request.method === "PATCH") return append(request, resumable, id);
  return request.method === "DELETE" ? cancel(resumable, id) : offsetOf(resumable, id);
}

/** RFC 5789 section 2.2: a file is changed by nothing but PUT. */
function refusePatch(request: Request): HttpError {
  return isPartialUpload(request)
    ? new HttpError(409, undefined, { advice: "There is no upload here: it has an address of its own." })
    : new HttpError(415, undefined, { fields: ACCEPT_PATCH, advice: "A file is changed by PUT." });
}

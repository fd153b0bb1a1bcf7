/**
 * Which requests are those of a resumable upload: looked at for every request of a store, before anything of that is
 * loaded.
 *
 * @module
 */
import type { Request } from "../http/message.ts";
import { isUploadId } from "../http/partial_name.ts";
import { uploadComplete } from "../http/upload_fields.ts";
import type { Exchange } from "./exchange.ts";

const QUERY = "upload=";

/** The upload that a request's query names, which is nothing else. */
export function uploadIdOf({ query }: Pick<Request, "query">): string | undefined {
  const id = query?.startsWith(QUERY) ? query.slice(QUERY.length) : undefined;
  return id !== undefined && isUploadId(id) ? id : undefined;
}

/** True for a request that asks how far an upload is: that is for those who may write, and not for those who may read. */
export function asksForUpload({ request, location }: Pick<Exchange, "request" | "location">): boolean {
  return request.method === "HEAD" && location.trees !== undefined && uploadIdOf(request) !== undefined;
}

/** True for what answerResumable() answers. */
export function isResumable({ request, location, services }: Exchange): boolean {
  if (location.trees === undefined) return false;
  const { method } = request;
  if (method === "PATCH") return true;
  if (method === "HEAD" || method === "DELETE") return uploadIdOf(request) !== undefined;
  if (method !== "PUT" && method !== "POST") return false;
  // Where it could not be gone on with, all of it must come at once.
  const isOffered = services.main !== undefined && location.uploadLimit !== undefined;
  const isLast = uploadComplete(request.fields);
  return isLast !== undefined && (isOffered || !isLast);
}

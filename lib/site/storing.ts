/**
 * Requests that write to a location's store.
 *
 * @module
 */
import type { Request, Response } from "../http/message.ts";
import { refusal } from "../http/refusal.ts";
import { post } from "../store/post.ts";
import { put, remove, type StoreTarget } from "../store/store.ts";
import type { Visit } from "./visit.ts";

/** Answers PUT, POST and DELETE from the location's store; undefined for what does not write. @throws {FileError} */
export function answerStore(
  { location, server, path, request, services }: Visit,
): Response | Promise<Response> | undefined {
  const file = location.storePath(path);
  if (file === undefined || !WRITING.has(request.method)) return undefined;
  if (!location.config.cors && isForeign(request)) return refusal(403);
  const target: StoreTarget = {
    path,
    file,
    root: location.store!,
    programs: server.programFolders,
    limit: location.config.clientMaxBodySize,
    overwrite: location.config.overwrite,
  };
  const writing = { files: services.files.files, store: services.store };
  switch (request.method) {
    case "PUT":
      return put(request, target, writing);
    case "POST":
      return post(request, target, writing);
    default:
      return remove(request, target, writing);
  }
}

const WRITING: ReadonlySet<string> = new Set(["PUT", "POST", "DELETE"]);

/**
 * True if a page of another origin sends the request. A form of any page that somebody visits may post to this machine,
 * without being asked; only browsers send these fields, and no page can forge them (the Fetch standard, section 3.2).
 */
function isForeign({ fields }: Request): boolean {
  const origin = fields.get("origin");
  if (origin === undefined) return fields.get("sec-fetch-site") === "cross-site";
  const authority = /^https?:\/\/([^/]+)$/i.exec(origin)?.[1];
  return authority?.toLowerCase() !== fields.get("host")?.toLowerCase();
}

/**
 * Requests that write to a location's store.
 *
 * @module
 */
import type { Response } from "../http/message.ts";
import { post } from "../store/post.ts";
import { put, remove, type StoreTarget } from "../store/store.ts";
import type { Visit } from "./visit.ts";

/** Answers PUT, POST and DELETE from the location's store; undefined for what does not write. @throws {FileError} */
export function answerStore(
  { location, path, request, services }: Visit,
): Response | Promise<Response> | undefined {
  const file = location.storePath(path);
  if (file === undefined) return undefined;
  const target: StoreTarget = {
    path,
    file,
    root: location.store!,
    limit: location.config.clientMaxBodySize,
    overwrite: location.config.overwrite,
  };
  const writing = { files: services.files.files, store: services.store };
  switch (request.method) {
    case "PUT":
      return put(request, target, writing);
    case "POST":
      return post(request, target, writing);
    case "DELETE":
      return remove(request, target, writing);
    default:
      return undefined;
  }
}

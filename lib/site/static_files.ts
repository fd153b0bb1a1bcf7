/**
 * A path to a file, a folder's index or listing, or what try_files leads to.
 *
 * @module
 */
import { fileResponse } from "../files/file_response.ts";
import { listingResponse } from "../files/listing.ts";
import type { KnownFile } from "../files/file_cache.ts";
import type { TryFiles } from "../config/types.ts";
import type { Response } from "../http/message.ts";
import type { ListingOptions } from "../pages/listing.ts";
import { uploadTools } from "../pages/upload_tools.ts";
import { refusal } from "../http/refusal.ts";
import { FileError } from "../ports.ts";
import { answerProgram } from "./programs.ts";
import { answerReturn, slashRedirect } from "./redirect.ts";
import { refuseLength, refuseMethod } from "./refuse.ts";
import { moveTo, type Visit } from "./visit.ts";

/** A file that is being written to may change between the look at it and its opening; so often it is tried again. */
const ATTEMPTS = 3;

/** Answers GET or HEAD from the location's files; 405 for other methods where a file is. @throws {FileError} */
export function answerFile(visit: Visit): Response | Promise<Response> {
  const { tryFiles } = visit.location.config;
  if (tryFiles && !visit.redirected) return tryEach(visit, tryFiles);
  return answerPath(visit);
}

/** A location may allow POST for its programs; its files take none. */
const FILE_METHODS = "Allow: GET, HEAD, OPTIONS\r\n";

function isReading({ request: { method } }: Visit): boolean {
  return method === "GET" || method === "HEAD";
}

/** Answers with what is at the visit's path. */
function answerPath(visit: Visit): Response | Promise<Response> {
  // SECURITY: an index or try_files may have led here, and the source of a program must not be sent.
  const program = answerProgram(visit);
  if (program) return program;
  const { path } = visit;
  for (let attempt = 1;; attempt++) {
    try {
      const found = find(visit, path);
      if (!found) return refusal(404);
      if (found.kind === "directory") {
        return path.endsWith("/") ? answerFolder(visit, path, found) : slashRedirect(visit);
      }
      // A slash behind a file's name asks for a folder.
      if (path.endsWith("/")) return refusal(404);
      if (!isReading(visit)) return refusal(405, FILE_METHODS);
      return fileResponse(visit.request, visit.services.files, visit.location.filePath(path)!, found);
    } catch (error) {
      if (!(error instanceof FileError) || error.problem !== "changed" || attempt === ATTEMPTS) throw error;
    }
  }
}

function find({ location, services }: Visit, path: string): KnownFile | undefined {
  const filePath = location.filePath(path);
  return filePath === undefined ? undefined : services.files.find(filePath, location.base!);
}

/** The first index file that exists, in whatever location its path falls; else the listing; else 403. */
function answerFolder(visit: Visit, path: string, folder: KnownFile): Response | Promise<Response> {
  const { location, services, request } = visit;
  for (const name of location.config.index) {
    const indexPath = path + name;
    if (find(visit, indexPath)?.kind !== "file") continue;
    return answerAt(visit, indexPath);
  }
  if (!location.config.autoindex) return refusal(403);
  if (!isReading(visit)) return refusal(405, FILE_METHODS);
  return listingResponse(request, services.files, folder, location.base!, path, toolsFor(visit, path));
}

/** An internal redirect: what the location of the other path refuses stays refused. */
function answerAt(visit: Visit, path: string): Response | Promise<Response> {
  moveTo(visit, path);
  return refuseMethod(visit) ?? refuseLength(visit) ?? answerReturn(visit) ?? answerPath(visit);
}

/** A folder's listing has tools to write to it, unless what is written goes elsewhere than what it shows. */
function toolsFor({ location }: Visit, path: string): ListingOptions {
  if (location.store === undefined || location.storePath(path) !== location.filePath(path)) return {};
  return uploadTools({ methods: location.methods, limit: location.config.clientMaxBodySize });
}

/** nginx's try_files: the first candidate that exists, else an internal redirect to the last, or its status. */
function tryEach(visit: Visit, { candidates, last }: TryFiles): Response | Promise<Response> {
  for (const candidate of candidates) {
    const path = candidate.startsWith("$uri")
      ? joinUri(visit.path, candidate.slice("$uri".length))
      : candidate;
    const found = path === undefined ? undefined : find(visit, path);
    if (path === undefined || found?.kind !== (path.endsWith("/") ? "directory" : "file")) continue;
    // Without the slash in its address the links of a folder's index would lead elsewhere.
    if (path === `${visit.path}/`) return slashRedirect(visit);
    visit.path = path;
    return answerPath(visit);
  }
  if (typeof last === "number") return refusal(last);
  visit.redirected = true;
  return answerAt(visit, last);
}

/**
 * A path with what try_files puts behind it; undefined for what only a file can have behind it (nothing, or a suffix)
 * where the path asks for a folder.
 */
function joinUri(path: string, suffix: string): string | undefined {
  if (!path.endsWith("/")) return path + suffix;
  return suffix.startsWith("/") ? path + suffix.slice(1) : undefined;
}

/**
 * A path to a file, or to a folder's index or listing.
 *
 * @module
 */
import { DiskFile } from "../disk/found.ts";
import { joinPath } from "../disk/place.ts";
import { HttpError, refusal } from "../http/errors.ts";
import { FieldBlock } from "../http/fields.ts";
import { andThen, type MaybePromise } from "../http/maybe_promise.ts";
import { InternalRedirect, type Outcome, type Response } from "../http/message.ts";
import type { Folder, Labels, Representation } from "../http/origin.ts";
import { nameInQuery } from "../http/named_file.ts";
import type { DecodedPath } from "../http/path.ts";
import { FileError } from "../ports.ts";
import { answerWithFile } from "./coded_files.ts";
import type { Exchange } from "./exchange.ts";
import { answerWithPage, hasPage, labelsOfText, wantsPage } from "./markdown.ts";
import { notFound, refusedProgram } from "./refused_links.ts";
import { slashRedirect } from "./returns.ts";
import { whileHeld } from "./while_held.ts";

/** How long what changes at each look is left alone, in milliseconds, and how often. */
const PAUSE = 50, PAUSES = 30;

/** How often what cannot be held is looked at again. */
const LOOKS = 3;

/** A location may allow POST for its programs; its files take none. */
const READ_ONLY = new HttpError(405, undefined, { fields: FieldBlock.of(["Allow", "GET, HEAD, OPTIONS"]) });

const NOT_A_FOLDER = new HttpError(404, "there is a slash behind the name of a file", {
  hint: "There is a file of this name, but the address has a slash behind it, as if it were a folder.",
});

/** Answers GET or HEAD from the location's files; 405 for other methods where a file is. @throws {FileError} */
export function answerFromFiles(exchange: Exchange): MaybePromise<Outcome> {
  try {
    const answer = andThen(find(exchange), (found) => answerFound(exchange, found));
    return answer instanceof Promise ? answer.catch((error) => answerChanged(exchange, error)) : answer;
  } catch (error) {
    return answerChanged(exchange, error);
  }
}

/** What is being changed while it is to be sent. @param error why it was not; thrown if it is another problem */
function answerChanged(exchange: Exchange, error: unknown): MaybePromise<Outcome> {
  if (!hasChanged(error)) throw error;
  if (!exchange.location.origin?.hold) return answerAnew(exchange);
  try {
    return answerHeld(exchange);
  } catch (error) {
    if (!hasChanged(error)) throw error;
    return answerLater(exchange);
  }
}

/** Where nothing can be held the next look finds what has taken its place. @throws {FileError} if that goes on and on */
async function answerAnew(exchange: Exchange): Promise<Outcome> {
  for (let look = 1;; look++) {
    try {
      return await answerFound(exchange, await find(exchange));
    } catch (error) {
      if (!hasChanged(error) || look === LOOKS) throw error;
    }
  }
}

/** What is being written to is sent as it is at the moment. */
function answerHeld(exchange: Exchange): MaybePromise<Outcome> {
  const { location, path } = exchange, held = location.origin!.hold!(location.originPath(path));
  return whileHeld(held, () => answerFound(exchange, held));
}

/** Where folders have just been made, and files in them are replaced without pause, no look is sure for a second. */
async function answerLater(exchange: Exchange): Promise<Outcome> {
  const { clock } = exchange.services.files;
  for (let pause = 1;; pause++) {
    await new Promise<void>((resolve) => clock.after(PAUSE, resolve));
    try {
      return await answerHeld(exchange);
    } catch (error) {
      if (!hasChanged(error) || pause === PAUSES) throw error;
    }
  }
}

function hasChanged(error: unknown): boolean {
  return error instanceof FileError && error.problem === "changed";
}

/** What is at the exchange's path. @throws {FileError} */
export function find(
  { location, path }: Pick<Exchange, "location" | "path">,
): MaybePromise<Representation | Folder | undefined> {
  return location.origin?.find(location.originPath(path), path.endsWith("/"));
}

function answerFound(
  exchange: Exchange,
  found: Representation | Folder | undefined,
): MaybePromise<Outcome> {
  const { location, path, request } = exchange;
  if (!found) return notFound(exchange);
  if (found.instead !== undefined) return answerInstead(exchange, found.instead);
  if (found.kind === "directory") {
    // Neither a redirect nor a listing is the page of an error.
    if (exchange.errorPage !== undefined) return refusal(404);
    return path.endsWith("/") ? answerFolder(exchange, 0) : slashRedirect(exchange);
  }
  // A slash behind a file's name asks for a folder, unless it is the whole path of a location that is this file.
  if (path.endsWith("/") && !location.isOneFile) return NOT_A_FOLDER;
  if (!isReading(exchange)) return READ_ONLY;
  const refused = refusedProgram(exchange, found);
  if (refused !== undefined) return refused;
  exchange.trace?.answeredBy({ kind: found instanceof DiskFile ? "file" : "object", path: found.path });
  const labels = location.labels?.labelsOf(found, path) ?? found;
  if (hasPage(found, labels)) return answerMarkdown(exchange, found, labels);
  return answerWithFile(exchange, request, { file: found, labels, origin: location.origin! });
}

/** Nobody has looked whether it is there. */
function answerInstead({ location, path, trace }: Exchange, instead: Response): Response {
  const { root } = location.origin!;
  trace?.answeredBy({
    kind: "object",
    path: joinPath(root, location.originPath(path)) + (path.endsWith("/") ? "/" : ""),
  });
  return instead;
}

function answerMarkdown(exchange: Exchange, file: Representation, labels: Labels): MaybePromise<Outcome> {
  const { request, location } = exchange;
  const asText = () =>
    answerWithFile(exchange, request, { file, labels: labelsOfText(labels), origin: location.origin! });
  if (!wantsPage(exchange)) return asText();
  exchange.trace?.because?.("the client names text/html: it gets the text as a page");
  return answerWithPage(exchange, file, labels).then((page) => page ?? asText());
}

/** The first index file that exists, whatever the location of its path makes of it; else the listing; else 403. */
function answerFolder(exchange: Exchange, first: number): MaybePromise<Outcome> {
  const { location, path } = exchange;
  const { index, autoindex } = location.config.files;
  for (let i = first; i < index.length; i++) {
    const indexPath: DecodedPath = `${path}${index[i]!}`;
    const found = location.origin!.find(location.originPath(indexPath));
    if (found instanceof Promise) {
      return found.then((later) =>
        later?.kind === "file" ? toIndex(exchange, indexPath) : answerFolder(exchange, i + 1)
      );
    }
    if (found?.kind === "file") return toIndex(exchange, indexPath);
  }
  if (!autoindex) return noIndex(exchange);
  if (!isReading(exchange)) return READ_ONLY;
  const name = nameInQuery(exchange.request.query);
  if (name !== undefined) return answerNamed(exchange, name);
  return archiveAsked(exchange) ?? listFolder(exchange);
}

/** PERF: what it takes is loaded when the first one is asked for. */
async function listFolder(exchange: Exchange): Promise<Outcome> {
  const { answerWithListing } = await import("./folder_listing.ts");
  return await answerWithListing(exchange);
}

/** PERF: the same. */
function archiveAsked(exchange: Exchange): Promise<Outcome> | undefined {
  const { request: { query }, location, path, trace } = exchange;
  if (query === undefined || !location.config.files.archive || !ARCHIVE.test(query)) return undefined;
  trace?.answeredBy({ kind: "listing", path: joinPath(location.origin!.root, location.originPath(path)) });
  trace?.because?.("the folder is asked for as one file", "archive");
  const asked = new URLSearchParams(query);
  return import("./archives.ts").then(({ answerArchive }) => answerArchive(exchange, asked));
}

const ARCHIVE = /(?:^|&)archive=/;

function toIndex({ trace }: Exchange, path: DecodedPath): InternalRedirect {
  trace?.because?.("the folder has this index", "index");
  return new InternalRedirect(path);
}

/**
 * A file that a listing names in its query.
 *
 * SECURITY: what the folder itself says it has, so that on no system the name leads anywhere else; and from there on it
 * goes as every path does, lest a program's source be sent.
 */
async function answerNamed({ location, path }: Exchange, name: string): Promise<Outcome> {
  const found = await location.origin!.list(location.originPath(path), (other) => other === name);
  return found.some(({ kind }) => kind === "file") ? new InternalRedirect(`${path}${name}`) : refusal(404);
}

function noIndex({ location, path }: Exchange): HttpError {
  const { origin, config: { files: { index } } } = location;
  const names = index.length === 0 ? "index" : index.join(" or ");
  return new HttpError(403, undefined, {
    log: `${joinPath(origin!.root, location.originPath(path))} has no ${names}, and autoindex is off`,
    hint: `There is no ${names} here, and no listing: autoindex is off.`,
  });
}

function isReading({ request: { method } }: Exchange): boolean {
  return method === "GET" || method === "HEAD";
}

/**
 * nginx's try_files: the first candidate that exists, else an internal redirect to the last, or its status. A candidate
 * is looked for, and answered, where its own path leads, which may be another location.
 *
 * @module
 */
import type { TryFiles } from "../config/types.ts";
import type { Template } from "../config/value_types.ts";
import { accepts } from "../http/accept.ts";
import { HttpError, refusal } from "../http/errors.ts";
import type { MaybePromise } from "../http/maybe_promise.ts";
import { InternalRedirect, type Outcome } from "../http/message.ts";
import type { DecodedPath } from "../http/path.ts";
import type { Answerer, Exchange } from "./exchange.ts";
import { slashRedirect } from "./returns.ts";
import { find } from "./static_files.ts";
import { composeQuery } from "./variables.ts";

/**
 * Answers with what try_files leads to, unless an internal redirect has chosen the path already.
 *
 * @param answerFiles how what is found at the exchange's own path is answered
 */
export function answerFromTries(tries: TryFiles, answerFiles: Answerer): Answerer {
  return (exchange) => exchange.isChosen ? answerFiles(exchange) : tryFrom(exchange, tries, answerFiles, 0);
}

function tryFrom(
  exchange: Exchange,
  tries: TryFiles,
  answerFiles: Answerer,
  first: number,
): MaybePromise<Outcome> {
  const { candidates, isForPages } = tries;
  for (let i = first; i < candidates.length; i++) {
    const path = candidatePath(exchange.path, candidates[i]!);
    if (path === undefined) continue;
    const kind = path.endsWith("/") ? "directory" : "file";
    const { location } = path === exchange.path ? exchange : exchange.server.locations.find(path);
    const found = find({ location, path });
    if (found instanceof Promise) {
      return found.then((later) =>
        tells(exchange, path, later?.kind === kind)
          ? choose(exchange, path, answerFiles)
          : tryFrom(exchange, tries, answerFiles, i + 1)
      );
    }
    if (tells(exchange, path, found?.kind === kind)) return choose(exchange, path, answerFiles);
  }
  if (isForPages && !asksForPage(exchange)) return refusal(404);
  return lastResort(exchange, tries);
}

function tells({ trace }: Exchange, path: string, isThere: boolean): boolean {
  trace?.because?.(`${path} is ${isThere ? "" : "not "}there`, "try_files");
  return isThere;
}

function lastResort({ request, path, trace }: Exchange, { last, query }: TryFiles): Outcome {
  trace?.because?.("the last of try_files holds", "try_files");
  if (typeof last === "number") {
    return last === 404 ? refusal(404) : new HttpError(last, `nothing of try_files was found: =${last}`);
  }
  const next = typeof last === "string" ? last : pathOf(last, path);
  if (next === undefined) return refusal(404);
  return new InternalRedirect(next as DecodedPath, query && composeQuery(query, request, path));
}

/**
 * Answers a path that names no file with what is made of it as a program's PATH_INFO. Undefined where the last of
 * try_files has no `$uri` in its path, and so nothing is behind a program.
 */
export function answerFromLast(tries: TryFiles): Answerer | undefined {
  if (typeof tries.last !== "object") return undefined;
  return (exchange) => exchange.isChosen ? refusal(404) : lastResort(exchange, tries);
}

/**
 * The path of a template with `$uri` in it. SECURITY: undefined where the two make a segment that no path may have, as
 * `/app$uri..` does of `/`. One that begins with a dot may still be a program's affair.
 */
function pathOf(template: Template, uri: DecodedPath): string | undefined {
  const path = template.map((part) => typeof part === "string" ? part : uri).join("").replaceAll(
    /\/{2,}/g,
    "/",
  );
  return /\/\.\.?(?:\/|$)/.test(path) ? undefined : path;
}

/** A page has no extension, and is HTML. A script or a picture that is missing is no page of the application. */
function asksForPage({ path, request }: Exchange): boolean {
  const dot = path.lastIndexOf(".");
  return dot <= path.lastIndexOf("/") && accepts(request.fields.joined("accept"), "text/html");
}

function choose(exchange: Exchange, path: DecodedPath, answerFiles: Answerer): MaybePromise<Outcome> {
  if (path === exchange.path) return answerFiles(exchange);
  // Without the slash in its address the links of a folder's index would lead elsewhere.
  return path === `${exchange.path}/` ? slashRedirect(exchange) : new InternalRedirect(path);
}

/**
 * `$uri` with what stands behind it, or the fixed path. Undefined for what only a file can have behind it (nothing, or a
 * suffix) where the path asks for a folder.
 */
function candidatePath(uri: DecodedPath, candidate: string): DecodedPath | undefined {
  if (!candidate.startsWith("$uri")) return candidate as DecodedPath;
  const suffix = candidate.slice("$uri".length);
  if (!uri.endsWith("/")) return `${uri}${suffix}`;
  return suffix.startsWith("/") ? `${uri}${suffix.slice(1)}` : undefined;
}

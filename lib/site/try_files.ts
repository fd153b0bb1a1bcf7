/**
 * nginx's try_files: the first candidate that exists, else an internal redirect to the last, or its status. A candidate
 * is looked for, and answered, where its own path leads, which may be another location.
 *
 * @module
 */
import type { TryFiles } from "../config/types.ts";
import { HttpError, refusal } from "../http/errors.ts";
import type { MaybePromise } from "../http/maybe_promise.ts";
import { InternalRedirect, type Outcome } from "../http/message.ts";
import type { DecodedPath } from "../http/path.ts";
import { type Answerer, at, type Exchange } from "./exchange.ts";
import { slashRedirect } from "./returns.ts";
import { answerFromFiles, find } from "./static_files.ts";

/** Answers with what try_files leads to, unless an internal redirect has chosen the path already. */
export function answerFromTries(tries: TryFiles): Answerer {
  return (exchange) => exchange.isChosen ? answerFromFiles(exchange) : tryFrom(exchange, tries, 0);
}

function tryFrom(exchange: Exchange, tries: TryFiles, first: number): MaybePromise<Outcome> {
  const { candidates, last } = tries;
  for (let i = first; i < candidates.length; i++) {
    const path = candidatePath(exchange.path, candidates[i]!);
    if (path === undefined) continue;
    const kind = path.endsWith("/") ? "directory" : "file";
    const found = find(path === exchange.path ? exchange : at(exchange, path));
    if (found instanceof Promise) {
      return found.then((later) =>
        later?.kind === kind ? choose(exchange, path) : tryFrom(exchange, tries, i + 1)
      );
    }
    if (found?.kind === kind) return choose(exchange, path);
  }
  if (typeof last === "number") {
    return last === 404 ? refusal(404) : new HttpError(last, `nothing of try_files was found: =${last}`);
  }
  return new InternalRedirect(last as DecodedPath);
}

function choose(exchange: Exchange, path: DecodedPath): MaybePromise<Outcome> {
  if (path === exchange.path) return answerFromFiles(exchange);
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

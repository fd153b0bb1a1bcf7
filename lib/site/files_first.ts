/**
 * Files that are there are sent, and something else answers for all that are not.
 *
 * @module
 */
import type { MaybePromise } from "../http/maybe_promise.ts";
import type { Outcome } from "../http/message.ts";
import type { Folder, Representation } from "../http/origin.ts";
import type { DecodedPath } from "../http/path.ts";
import type { Answerer, Exchange } from "./exchange.ts";
import { answerFromFiles, find } from "./static_files.ts";

/** Answers what is read from the location's files, if they are there: a folder is where it has an index. */
export function answerFromFilesOr(next: Answerer): Answerer {
  return (exchange) => {
    const { method } = exchange.request;
    if (method !== "GET" && method !== "HEAD") return next(exchange);
    return whenFound(find(exchange), (found) => {
      if (found?.kind === "file") {
        return exchange.path.endsWith("/") ? next(exchange) : answerFromFiles(exchange);
      }
      const isFolder = found !== undefined && exchange.path.endsWith("/");
      return isFolder ? answerIndex(exchange, next, 0) : next(exchange);
    });
  };
}

function answerIndex(exchange: Exchange, next: Answerer, first: number): MaybePromise<Outcome> {
  const { location, path } = exchange, { index } = location.config.files;
  if (first === index.length) return next(exchange);
  const indexPath: DecodedPath = `${path}${index[first]!}`;
  return whenFound(
    location.origin!.find(location.originPath(indexPath)),
    (found) => found?.kind === "file" ? answerFromFiles(exchange) : answerIndex(exchange, next, first + 1),
  );
}

type Found = Representation | Folder | undefined;

function whenFound(
  found: MaybePromise<Found>,
  answer: (found: Found) => MaybePromise<Outcome>,
): MaybePromise<Outcome> {
  return found instanceof Promise ? found.then(answer) : answer(found);
}

/**
 * Errors to pages: the one that error_page names, or the server's own. Every 5xx of ours has a reference that stands in
 * the page and in the error log.
 *
 * @module
 */
import { HttpError } from "../http/errors.ts";
import type { FieldBlock } from "../http/fields.ts";
import type { MaybePromise } from "../http/maybe_promise.ts";
import type { Request, Response } from "../http/message.ts";
import type { DecodedPath } from "../http/path.ts";
import { errorResponse } from "../pages/error_response.ts";
import { at, type Exchange } from "./exchange.ts";
import { asGet, follow } from "./route.ts";

/** An error as a response. */
export function errorPage(exchange: Exchange, error: HttpError): MaybePromise<Response> {
  const { request, location, services: { errorLog } } = exchange;
  const id = error.log === undefined ? undefined : crypto.randomUUID().slice(0, 8);
  if (id !== undefined) errorLog.error(`${request.method} ${request.target}: ${error.log}`, id);
  const path = location.config.answer.errorPage[error.status];
  if (path === undefined) return errorResponse(error, id);
  const page = at(exchange, path as DecodedPath, {
    request: unconditional(asGet(request, path, undefined)),
    hops: 0,
    isChosen: true,
    errorPage: { status: error.status, path: request.path },
  });
  return follow(page, (_, outcome) => {
    if (!(outcome instanceof HttpError)) return asPageOf(error, outcome);
    // A page that is not there must not hide the error.
    const why = outcome.log ?? `it is answered ${outcome.status}`;
    errorLog.warning(`error_page ${path} for ${error.status} cannot be sent: ${why}`);
    return errorResponse(error, id);
  });
}

/** Neither a condition nor a range of the request is about its error's page. */
function unconditional(request: Request): Request {
  return { ...request, fields: request.fields.filter((name) => !/^(?:if-|range$)/.test(name)) };
}

/** The page with the error's status, unless it is an answer of another kind, as a program may give one. */
function asPageOf({ status, fields }: HttpError, page: Response): Response {
  if (page.status !== 200) return page;
  return { ...page, status, fields: withoutValidators(page.fields).concat(fields) };
}

/** They are those of another resource than the one that was asked for. */
function withoutValidators(fields: FieldBlock): FieldBlock {
  return fields.without("etag", "last-modified", "accept-ranges");
}

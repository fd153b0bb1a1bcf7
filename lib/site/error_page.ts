/**
 * Errors to pages: the one that error_page names, or the server's own. Every 5xx of ours has a reference that stands in
 * the page and in the error log.
 *
 * @module
 */
import { HttpError } from "../http/errors.ts";
import type { FieldBlock } from "../http/fields.ts";
import type { MaybePromise } from "../http/maybe_promise.ts";
import type { Response } from "../http/message.ts";
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
  // Whoever can do something about it has to be told, which a page of the site does not.
  if (path === undefined || error.advice !== undefined) return errorResponse(error, id);
  const page = at(exchange, path as DecodedPath, {
    request: asGet(request, path, undefined, NOT_OF_THE_PAGE),
    hops: 0,
    isChosen: true,
    errorPage: { status: error.status, path: request.path },
  });
  return follow(page, (_, outcome) => {
    const response = outcome instanceof HttpError ? undefined : asPageOf(error, outcome);
    if (response !== undefined) return response;
    // A page that is not there must not hide the error.
    const why = outcome instanceof HttpError && outcome.log || `it is answered ${outcome.status}`;
    errorLog.warning(`error_page ${path} for ${error.status} cannot be sent: ${why}`);
    return errorResponse(error, id);
  });
}

/** Fields of a request that are not about its error's page: conditions, a range, and those that speak of its content. */
const NOT_OF_THE_PAGE = /^(?:content-|transfer-encoding$|expect$|if-|range$)/;

/**
 * The page with the error's status and fields. A program may have another status, e.g. to redirect; from anybody else
 * that is no page, and undefined.
 */
function asPageOf(error: HttpError, page: Response): Response | undefined {
  const { status, body } = page;
  if (!page.raw && (status === 200 || status === error.status)) {
    const fields = withFieldsOf(error, page.fields);
    // The reason of a 200 is not the error's.
    const reason = status === 200 ? undefined : page.reason;
    return { status: error.status, fields, body, ...reason !== undefined && { reason } };
  }
  if (page.isByProgram && !page.raw) return page;
  if (body !== undefined && !(body instanceof Uint8Array)) body.close();
  return undefined;
}

/** PERF: of pages that are files. */
const withoutValidators = new WeakMap<FieldBlock, FieldBlock>();

/** The page's fields without its validators, which are those of another resource, and with the error's. */
function withFieldsOf(error: HttpError, page: FieldBlock): FieldBlock {
  let fields = withoutValidators.get(page);
  if (!fields) {
    fields = page.without("etag", "last-modified", "accept-ranges");
    withoutValidators.set(page, fields);
  }
  for (const [name, value] of error.fields) fields = fields.with(name, value);
  return fields;
}

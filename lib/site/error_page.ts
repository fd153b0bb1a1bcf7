/**
 * Errors to pages: the one that error_page names, or the server's own. The error log says why for every 403 and 5xx, and
 * for a 404 if it is to; a 5xx has a reference that stands in the page and in the log.
 *
 * @module
 */
import { joinPath } from "../disk/place.ts";
import { HttpError, logTextOf, refusal } from "../http/errors.ts";
import type { FieldBlock } from "../http/fields.ts";
import type { MaybePromise } from "../http/maybe_promise.ts";
import { requestUri, type Response } from "../http/message.ts";
import type { DecodedPath } from "../http/path.ts";
import { errorResponse } from "../pages/error_response.ts";
import { at, type Exchange } from "./exchange.ts";
import { asGet, follow } from "./route.ts";

/** An error as a response. */
export function errorPage(exchange: Exchange, error: HttpError): MaybePromise<Response> {
  const { request, location, services: { errorLog } } = exchange;
  const logged = logTextOf(error) ?? (error.status === 404 ? notFoundText(exchange, error) : undefined);
  const id = logged === undefined || error.status < 500 ? undefined : crypto.randomUUID().slice(0, 8);
  if (logged !== undefined) errorLog.error(`${request.method} ${request.target}: ${logged}`, id);
  const why = error === refusal(404) ? location.notFound : logged ?? error.message;
  if (error.failure !== undefined) {
    const { failure } = error;
    return import("./failure_response.ts").then(({ failureResponse }) =>
      failureResponse(exchange, error, failure, id)
    );
  }
  const path = location.config.answer.errorPage[error.status];
  // Whoever can do something about it has to be told, which a page of the site does not.
  if (path === undefined || error.advice !== undefined) return errorResponse(error, request, id, why);
  exchange.trace?.because?.(`the page for ${error.status} is ${path}`, "error_page");
  const page = at(exchange, path as DecodedPath, {
    request: { ...asGet(request, path, undefined, NOT_OF_THE_PAGE), uri: requestUri(request) },
    hops: 0,
    isChosen: true,
    errorPage: { status: error.status, path: request.path },
  });
  return follow(page, (_, outcome) => {
    const response = outcome instanceof HttpError ? undefined : asPageOf(error, outcome, why);
    if (response !== undefined) return response;
    // A page that is not there must not hide the error.
    exchange.trace?.answeredBy(SERVER);
    // It is for those who have logged in, and is not to be said of each who has not.
    if (outcome instanceof HttpError && outcome.status === 401) return errorResponse(error, request, id, why);
    const problem = outcome instanceof HttpError && outcome.log || `it is answered ${outcome.status}`;
    errorLog.warning(`error_page ${path} for ${error.status} cannot be sent: ${problem}`);
    return errorResponse(error, request, id, why);
  });
}

const SERVER = { kind: "server" } as const;

/** What was looked for; undefined if the log is not to have it. */
function notFoundText({ server, location, path }: Exchange, error: HttpError): string | undefined {
  if (!server.logsNotFound) return undefined;
  if (error !== refusal(404)) return error.message;
  const { origin, config: { programs } } = location;
  const file = programs.cgiScript ??
    (origin === undefined ? undefined : joinPath(origin.root, location.originPath(path)));
  return file === undefined ? "no files are served here" : `${file} is not there, or not to be sent`;
}

/** Fields of a request that are not about its error's page: conditions, a range, and those that speak of its content. */
const NOT_OF_THE_PAGE = /^(?:content-|transfer-encoding$|expect$|if-|range$)/;

/**
 * The page with the error's status and fields. A program may name another status, e.g. to redirect; from anybody else
 * that is no page, and undefined.
 */
function asPageOf(error: HttpError, page: Response, why: string): Response | undefined {
  const { status, body } = page;
  if (page.isStatusNamed && !page.raw && status !== error.status) return page;
  if (!page.raw && (status === 200 || status === error.status)) {
    const fields = withFieldsOf(error, page.fields, page.isByProgram === true);
    // The reason of a 200 is not the error's.
    const reason = status === 200 ? undefined : page.reason;
    return { status: error.status, fields, body, why, ...reason !== undefined && { reason } };
  }
  if (page.isByProgram && !page.raw) return page;
  if (body !== undefined && !(body instanceof Uint8Array)) body.close();
  return undefined;
}

/** PERF: of pages that are files. */
const withoutOwnFields = new WeakMap<FieldBlock, FieldBlock>();

/** The page's fields without those that are about the file, which is another resource, and with the error's. */
function withFieldsOf(error: HttpError, page: FieldBlock, isByProgram: boolean): FieldBlock {
  let fields = withoutOwnFields.get(page);
  if (!fields) {
    fields = page.without("etag", "last-modified", "accept-ranges", ...isByProgram ? [] : ["cache-control"]);
    withoutOwnFields.set(page, fields);
  }
  for (const [name, value] of error.fields) fields = fields.with(name, value);
  return fields;
}

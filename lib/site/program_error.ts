/**
 * Errors that programs name without a word more: a browser would show an empty page, so they get one. What a program
 * says itself is its own affair.
 *
 * @module
 */
import { BodyError, HttpError } from "../http/errors.ts";
import type { MaybePromise } from "../http/maybe_promise.ts";
import type { BodySource, Response } from "../http/message.ts";
import { errorPage } from "./error_page.ts";
import type { Exchange } from "./exchange.ts";

/** The answer of a program, or a page with its status and its fields where it names an error and says nothing. */
export function withPage(exchange: Exchange, response: Response): MaybePromise<Response> {
  const { status, body } = response;
  if (status < 400 || response.raw || body === undefined || body instanceof Uint8Array) return response;
  // What it would have said to a GET is not known.
  if (exchange.request.method === "HEAD") return response;
  return isEmpty(body).then(
    (empty) => empty ? page(exchange, response, "without a word") : response,
    (error) => {
      if (!(error instanceof BodyError)) throw error;
      return page(exchange, response, `and then nothing: ${error.message}`);
    },
  );
}

/** Waits for the first byte, or the end. Closes the body where there is none. */
async function isEmpty(body: BodySource): Promise<boolean> {
  try {
    if (body.length !== 0 && !(await body.isAtEnd?.())) return false;
  } catch (error) {
    body.close();
    throw error;
  }
  body.close();
  return true;
}

function page(
  exchange: Exchange,
  { status, reason, fields, failure }: Response,
  what: string,
): MaybePromise<Response> {
  const error = new HttpError(status, undefined, {
    fields: fields.filter((name) => !OF_CONTENT.test(name)),
    ...failure !== undefined && { failure },
    ...status >= 500 && { log: `the program answered ${status} ${what}` },
  });
  const made = errorPage(exchange, error);
  const named = (response: Response) => reason === undefined ? response : { reason, ...response };
  return made instanceof Promise ? made.then(named) : named(made);
}

/** What there is is ours. */
const OF_CONTENT = /^(?:content-(?!security-policy)|etag$|last-modified$|accept-ranges$)/;

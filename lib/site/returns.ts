/**
 * Answers that only point elsewhere, and fixed answers.
 *
 * @module
 */
import type { Return } from "../config/types.ts";
import { HttpError } from "../http/errors.ts";
import { FieldBlock } from "../http/fields.ts";
import type { Outcome, Response } from "../http/message.ts";
import { encodePath } from "../http/path.ts";
import type { Exchange } from "./exchange.ts";

const encoder = new TextEncoder();

/** To the same path with a slash at its end, the query kept: 301, or 308 where the client must not fall back to GET. */
export function slashRedirect({ request, path }: Exchange): Response {
  const query = request.query === undefined ? "" : `?${request.query}`;
  const status = request.method === "GET" || request.method === "HEAD" ? 301 : 308;
  return {
    status,
    // Browsers keep a 301 for good otherwise (RFC 9110 section 15.4.2), also when the folder has become a file.
    fields: FieldBlock.of(["Location", `${encodePath(path)}/${query}`], ["Cache-Control", "no-cache"]),
    body: undefined,
  };
}

/** A path that lacks only the slash of its location: `/a` for `/a/`, as nginx does it. */
export function redirectToLocation(exchange: Exchange): Response | undefined {
  const lacksSlash = exchange.location.config.path.length === exchange.path.length + 1;
  return lacksSlash ? slashRedirect(exchange) : undefined;
}

/** What a location's `return` says. */
export function returned(answer: Return): Outcome {
  const { status } = answer;
  if ("location" in answer) {
    return { status, fields: FieldBlock.of(["Location", answer.location]), body: undefined };
  }
  if ("body" in answer) {
    const fields = FieldBlock.of(["Content-Type", "text/plain; charset=utf-8"]);
    return { status, fields, body: encoder.encode(answer.body) };
  }
  return status >= 400
    ? new HttpError(status, `return: ${status}`)
    : { status, fields: FieldBlock.EMPTY, body: undefined };
}

/**
 * The first steps of every request: what is refused, and what is answered, whatever is at its path.
 *
 * @module
 */
import { fieldLine, type Response } from "../http/message.ts";
import { decodePath } from "../http/path.ts";
import { refusal } from "../http/refusal.ts";
import { moveTo, type Visit } from "./visit.ts";

/** RFC 9110 section 10.1.1: an expectation that can not be met. HTTP/1.0 has none. */
export function refuseExpectation({ request }: Visit): Response | undefined {
  if (request.version === "HTTP/1.0") return undefined;
  const expectation = request.fields.getList("expect");
  return expectation === undefined || expectation.toLowerCase() === "100-continue" ? undefined : refusal(417);
}

/** Decodes the path and finds its location. */
export function locate(visit: Visit): Response | undefined {
  const { request } = visit;
  if (request.form === "authority" || request.form === "asterisk") return undefined;
  const path = decodePath(request.path);
  if (path === "malformed") return refusal(400);
  if (path === "outside") return refusal(404);
  moveTo(visit, path);
  return undefined;
}

/** RFC 9110 section 9.1: 501 for a method that nobody knows, 405 for one that is not allowed here. */
export function refuseMethod({ request, location }: Visit): Response | undefined {
  const { method } = request;
  if (location.methods.has(method) || method === "OPTIONS") return undefined;
  return location.knows(method) ? refusal(405, location.allow) : refusal(501);
}

/** OPTIONS is always answered here; with cors a preflight gets what it asks for (the Fetch standard's CORS protocol). */
export function answerOptions({ request, location }: Visit): Response | undefined {
  if (request.method !== "OPTIONS") return undefined;
  let fields = location.allow;
  const method = request.fields.get("access-control-request-method");
  if (location.config.cors && method !== undefined) {
    fields += fieldLine("Access-Control-Allow-Methods", method) + "Access-Control-Max-Age: 86400\r\n";
    const asked = request.fields.getList("access-control-request-headers");
    if (asked !== undefined) fields += fieldLine("Access-Control-Allow-Headers", asked);
  }
  return { status: 204, fields, body: undefined };
}

/** 413 before anything of the body is read, where its length is announced. */
export function refuseLength({ request, location }: Visit): Response | undefined {
  const { length } = request.body;
  return length !== undefined && length > location.config.clientMaxBodySize ? refusal(413) : undefined;
}

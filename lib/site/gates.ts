/**
 * What is asked of every exchange at every hop, before anything answers it: what an internal redirect leads to is
 * refused as it would be if it had been asked for.
 *
 * @module
 */
import { HttpError, refusal } from "../http/errors.ts";
import type { Response } from "../http/message.ts";
import { ACCEPT_PATCH } from "../http/upload_fields.ts";
import type { Exchange } from "./exchange.ts";
import type { Location } from "./location.ts";

/** Refuses or answers an exchange, or lets it pass. */
type Gate = (exchange: Exchange) => Response | HttpError | undefined;

/** From the first to the last. */
const GATES: readonly Gate[] = [refuseMethod, refuseExpectation, answerOptions, refuseLength];

/** What the first gate that does not let the exchange pass says; undefined if all do. */
export function passGates(exchange: Exchange): Response | HttpError | undefined {
  for (let i = 0; i < GATES.length; i++) {
    const answer = GATES[i]!(exchange);
    if (answer !== undefined) return answer;
  }
  return undefined;
}

/** RFC 9110 section 9.1: 501 for a method that nobody knows, 405 for one that is not allowed here. */
function refuseMethod(
  { request: { method }, location, errorPage, trace }: Exchange,
): HttpError | undefined {
  // The page of an error is asked for by the server itself.
  if (errorPage !== undefined || location.methods.has(method) || method === "OPTIONS") return undefined;
  trace?.because?.(`${method} is not allowed here`, "allowed_methods");
  return location.knows(method)
    ? location.notAllowed
    : new HttpError(501, `the method ${method} is not known`);
}

/** RFC 9110 section 10.1.1: an expectation that cannot be met. HTTP/1.0 has none. */
function refuseExpectation({ request }: Exchange): HttpError | undefined {
  if (request.version === "HTTP/1.0") return undefined;
  const expectation = request.fields.joined("expect");
  return expectation === undefined || expectation.toLowerCase() === "100-continue" ? undefined : refusal(417);
}

/** OPTIONS is always answered here; with cors a preflight gets what it asks for (the Fetch standard's CORS protocol). */
function answerOptions({ request, location, trace }: Exchange): Response | undefined {
  if (request.method !== "OPTIONS" || isPassedOn(request, location)) return undefined;
  trace?.because?.("OPTIONS is answered by the server itself", "allowed_methods");
  let fields = location.options;
  if (location.uploadLimit !== undefined) fields = fields.concat(ACCEPT_PATCH).concat(location.uploadLimit);
  const method = request.fields.get("access-control-request-method");
  if (location.config.access.cors && method !== undefined) {
    fields = fields.append("Access-Control-Allow-Methods", method).append("Access-Control-Max-Age", 86400);
    const asked = request.fields.joined("access-control-request-headers");
    if (asked !== undefined) fields = fields.append("Access-Control-Allow-Headers", asked);
    // A page of a public site that asks a server of the own network or machine.
    if (request.fields.get("access-control-request-private-network")?.toLowerCase() === "true") {
      fields = fields.append("Access-Control-Allow-Private-Network", "true");
    }
  }
  // Clients of WebDAV look for just this status.
  return { status: location.config.store.dav ? 200 : 204, fields, body: undefined };
}

/** Other servers answer for themselves: but for preflights where cors is on, and for requests that go no further. */
function isPassedOn({ form, fields }: Exchange["request"], { config: { proxy, access } }: Location): boolean {
  if (proxy.proxyPass === undefined || form === "asterisk") return false;
  if (access.cors && fields.has("access-control-request-method")) return false;
  // RFC 9110 section 7.6.2.
  return fields.get("max-forwards") !== "0";
}

/** 413 before anything of the body is read, where its length is announced. */
function refuseLength({ request, location, trace }: Exchange): HttpError | undefined {
  const { length } = request.body;
  if (length === undefined || length <= location.config.access.clientMaxBodySize) return undefined;
  trace?.because?.(`${length} bytes are more than a body may have`, "client_max_body_size");
  const { uploadLimit } = location;
  return uploadLimit === undefined ? refusal(413) : new HttpError(413, undefined, { fields: uploadLimit });
}

/**
 * The variables of a request, and texts with variables in them put together.
 *
 * @module
 */
import type { Template, Variable } from "../config/value_types.ts";
import { type Request, requestUri, schemeOf } from "../http/message.ts";
import { encodePath } from "../http/path.ts";

/**
 * What a variable stands for: all of it printable ASCII, as parsers and encodePath() leave nothing else.
 *
 * @param path the path that is answered, decoded
 */
export type ValueOf = (request: Request, path: string) => string;

/** nginx's variables. */
export const VALUES: Readonly<Record<Variable, ValueOf>> = {
  host: ({ host, local: { hostname } }) => bracketed(host === "" ? hostname : host),
  http_host: ({ fields }) => fields.get("host") ?? "",
  uri: (_, path) => encodePath(path),
  request_uri: requestUri,
  args: ({ query }) => query ?? "",
  scheme: schemeOf,
  remote_addr: ({ remote }) => remote.hostname,
};

/** A text with what its variables stand for. */
export function compose(template: Template, request: Request, path: string): string {
  let text = "";
  for (const part of template) {
    if (typeof part === "string") text += part;
    else if (part.isHost) text += bracketed(request.remote.hostname);
    else text += VALUES[part.variable](request, path);
  }
  return text;
}

/** An address of IPv6 as the host of an address (RFC 3986 section 3.2.2). */
function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

/**
 * The same for a query, in which a path's `&` and `+` would mean something else: `$uri` is encoded as the value of a
 * parameter, but for its slashes.
 */
export function composeQuery(template: Template, request: Request, path: string): string {
  let text = "";
  for (const part of template) {
    if (typeof part === "string") text += part;
    else text += part.variable === "uri" ? encodeValue(path) : VALUES[part.variable](request, path);
  }
  return text;
}

/** Of what stands in a parameter's value, only unreserved characters and slashes mean themselves everywhere. */
function encodeValue(path: string): string {
  return encodeURIComponent(path.toWellFormed()).replaceAll("%2F", "/");
}

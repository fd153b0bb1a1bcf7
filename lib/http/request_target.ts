/**
 * The four forms of a request target, RFC 9112 section 3.2.
 *
 * @module
 */
import { parseHost } from "./host.ts";
import { HttpError } from "./errors.ts";

/** A request target in its parts. */
export interface RequestTarget {
  readonly form: "origin" | "absolute" | "authority" | "asterisk";
  /** Encoded; `*` for the asterisk form, empty for the authority form. */
  readonly path: string;
  /** What follows the first `?`. */
  readonly query: string | undefined;
  /** The host that an absolute or authority form names, in its normal form; it beats the Host field. */
  readonly host: string | undefined;
  /** The authority of an absolute form, as sent. */
  readonly authority?: string;
}

/**
 * Takes a target apart. Its characters have been checked.
 *
 * @throws {HttpError} 400 if the form is none of the four or not one for this method
 */
export function parseRequestTarget(method: string, target: string): RequestTarget {
  if (method === "CONNECT") {
    const authority = parseHost(target);
    if (authority?.port === undefined) throw new HttpError(400, "CONNECT wants host and port as its target");
    return { form: "authority", path: "", query: undefined, host: authority.host };
  }
  if (target.startsWith("/")) return withQuery("origin", target, undefined);
  if (target === "*" && method === "OPTIONS") {
    return { form: "asterisk", path: "*", query: undefined, host: undefined };
  }
  const absolute = /^https?:\/\/([^/?]*)(.*)$/i.exec(target);
  const authority = absolute ? parseHost(absolute[1]!) : undefined;
  if (!absolute || !authority) throw new HttpError(400, "The request target is of no known form");
  const rest = absolute[2]!;
  const parts = withQuery("absolute", rest.startsWith("/") ? rest : `/${rest}`, authority.host);
  return { ...parts, authority: absolute[1]! };
}

function withQuery(form: "origin" | "absolute", target: string, host: string | undefined): RequestTarget {
  const mark = target.indexOf("?");
  if (mark < 0) return { form, path: target, query: undefined, host };
  return { form, path: target.slice(0, mark), query: target.slice(mark + 1), host };
}

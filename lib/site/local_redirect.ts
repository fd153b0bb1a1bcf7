/**
 * Local redirects of CGI programs, RFC 3875 section 6.2.2: the server answers as if the client had asked for another
 * path, with GET and without a body.
 *
 * @module
 */
import type { LocalRedirect } from "../cgi/gateway.ts";
import { Fields } from "../http/fields.ts";
import type { Request, Response } from "../http/message.ts";

/** So often a program may send on to the next; more is taken for a circle. */
export const MAX_LOCAL_REDIRECTS = 5;

export function isLocalRedirect(response: Response): response is LocalRedirect {
  return "localRedirect" in response;
}

/** The request that a local redirect stands for. */
export function redirectedRequest(request: Request, target: string): Request {
  const mark = target.indexOf("?");
  return {
    method: request.method === "HEAD" ? "HEAD" : "GET",
    target,
    form: "origin",
    path: mark < 0 ? target : target.slice(0, mark),
    query: mark < 0 ? undefined : target.slice(mark + 1),
    host: request.host,
    version: request.version,
    fields: withoutContent(request.fields),
    body: { length: 0, read: () => Promise.resolve(null) },
    remote: request.remote,
    local: request.local,
    onGone: (callback) => request.onGone(callback),
  };
}

/** The fields that speak of the body, which was the first program's. */
function withoutContent({ names, values }: Fields): Fields {
  const pairs = names.map((name, index) => [name, values[index]!] as const);
  return Fields.from(pairs.filter(([name]) => !/^(?:content-|transfer-encoding$|expect$)/i.test(name)));
}

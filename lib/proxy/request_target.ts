/**
 * The target of a request to an upstream: the path as the client sent it, or with another beginning, as nginx makes it.
 *
 * @module
 */
import { encodePath } from "../http/path.ts";
import type { AskedPath } from "./route.ts";

/** Empty segments, dot segments and what may be taken for some: a path with them is not what it seems. */
const NOT_PLAIN = /\/\/|\/(?:\.|%2e){1,2}(?:\/|$)|\\|%5c/i;

/**
 * The origin form for an upstream.
 *
 * @param uri takes the place of the location's prefix; undefined: the path passes as it was sent, whatever is encoded in it
 */
export function requestTarget(asked: AskedPath, uri: string | undefined): string {
  const path = uri === undefined ? asked.sent ?? encodePath(asked.path) : replaced(asked, uri);
  return asked.query === undefined ? path : `${path}?${asked.query}`;
}

function replaced({ path, sent, prefix }: AskedPath, uri: string): string {
  const rest = path.slice(prefix);
  // What is encoded stays as it was sent (an encoded slash is none), so far as the path begins and goes on as it seems to.
  if (sent !== undefined && sent.startsWith(path.slice(0, prefix)) && !NOT_PLAIN.test(sent)) {
    return uri + sent.slice(prefix);
  }
  return uri + encodeRest(rest);
}

/** Of a path that does not begin with a slash: what looks like a scheme is none here. */
function encodeRest(rest: string): string {
  return rest.startsWith("/") ? encodePath(rest) : encodePath(`/${rest}`).slice(1);
}

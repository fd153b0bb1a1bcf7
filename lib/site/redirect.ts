/**
 * Answers that only point elsewhere, and fixed answers.
 *
 * @module
 */
import { fieldLine, type Response } from "../http/message.ts";
import { encodePath } from "../http/path.ts";
import { refusal } from "../http/refusal.ts";
import type { Visit } from "./visit.ts";

const encoder = new TextEncoder();

/** To the same path with a slash at its end, the query kept: 301, or 308 where the client must not fall back to GET. */
export function slashRedirect({ request, path }: Visit): Response {
  const query = request.query === undefined ? "" : `?${request.query}`;
  const status = request.method === "GET" || request.method === "HEAD" ? 301 : 308;
  return { status, fields: fieldLine("Location", `${encodePath(path)}/${query}`), body: undefined };
}

/** A path that lacks only the slash of its location: `/a` for `/a/`, as nginx does it. */
export function redirectToLocation(visit: Visit): Response | undefined {
  const { path, location } = visit;
  const lacksSlash = location.config.path.length === path.length + 1 && location.config.path.startsWith(path);
  return lacksSlash && location.config.match === "prefix" ? slashRedirect(visit) : undefined;
}

/** What the location's `return` says. */
export function answerReturn({ location }: Visit): Response | undefined {
  const answer = location.config.return;
  if (!answer) return undefined;
  const { status } = answer;
  if ("location" in answer) {
    return { status, fields: fieldLine("Location", answer.location), body: undefined };
  }
  if ("body" in answer) {
    return {
      status,
      fields: "Content-Type: text/plain; charset=utf-8\r\n",
      body: encoder.encode(answer.body),
    };
  }
  return status >= 400 ? refusal(status) : { status, fields: "", body: undefined };
}

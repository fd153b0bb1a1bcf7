/**
 * Answers that only point elsewhere, and fixed answers.
 *
 * @module
 */
import type { Return } from "../config/types.ts";
import type { Template } from "../config/value_types.ts";
import { HttpError } from "../http/errors.ts";
import { FieldBlock } from "../http/fields.ts";
import type { Response } from "../http/message.ts";
import { encodePath } from "../http/path.ts";
import type { Answerer, Exchange } from "./exchange.ts";
import { compose, composeQuery } from "./variables.ts";

const encoder = new TextEncoder();

/** To the same path with a slash at its end, the query kept: 301, or 308 where the client must not fall back to GET. */
export function slashRedirect({ request, path, trace }: Exchange): Response {
  trace?.because?.("this is a folder, or a location, and the slash at its end is missing");
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

/**
 * Answers with what a location's `return` says.
 *
 * @param contentType of a text; undefined: it is plain
 */
export function answerReturn(answer: Return, contentType: string | undefined): Answerer {
  const make = returnerOf(answer, contentType);
  return (exchange) => {
    exchange.trace?.answeredBy(RETURN);
    return make(exchange);
  };
}

const RETURN = { kind: "return" } as const;

function returnerOf(answer: Return, contentType: string | undefined): Answerer {
  const { status } = answer;
  if ("location" in answer) return answerRedirect(status, answer.location);
  if ("body" in answer) return answerText(status, answer.body, contentType ?? "text/plain; charset=utf-8");
  const outcome = status >= 400
    ? new HttpError(status, `return: ${status}`)
    : { status, fields: FieldBlock.EMPTY, body: undefined };
  return () => outcome;
}

function answerRedirect(status: number, target: string | Template): Answerer {
  const redirect = (location: string): Response => ({
    status,
    fields: FieldBlock.of(["Location", location]),
    body: undefined,
  });
  if (typeof target === "string") {
    const response = redirect(target);
    return () => response;
  }
  const parts = partsOf(target), namesHost = HOST.test(parts.path.map(textOf).join(""));
  return ({ request, path }) => {
    if (isUnfit(target, path)) return UNFIT;
    const start = compose(parts.path, request, path);
    const location = start + composeQuery(parts.rest, request, path);
    // SECURITY: browsers take two slashes, either way they lean, for the beginning of a host.
    return redirect(namesHost ? location : location.replace(/^[/\\]{2,}/, "/"));
  };
}

const HOST = /^(?:[a-z][a-z0-9+.-]*:|\/\/|\$scheme:)/i;

function textOf(part: Template[number]): string {
  return typeof part === "string" ? part : `$${part.variable}`;
}

/** What stands before the first `?` or `#`, and the rest. */
function partsOf(target: Template): { readonly path: Template; readonly rest: Template } {
  const at = target.findIndex((part) => typeof part === "string" && /[?#]/.test(part));
  if (at < 0) return { path: target, rest: [] };
  const part = target[at] as string, mark = part.search(/[?#]/);
  return {
    path: [...target.slice(0, at), part.slice(0, mark)],
    rest: [part.slice(mark), ...target.slice(at + 1)],
  };
}

function answerText(status: number, text: string | Template, contentType: string): Answerer {
  const fields = FieldBlock.of(["Content-Type", contentType]);
  if (typeof text === "string") {
    const response = { status, fields, body: encoder.encode(text) };
    return () => response;
  }
  return ({ request, path }) =>
    isUnfit(text, path) ? UNFIT : { status, fields, body: encoder.encode(compose(text, request, path)) };
}

const UNFIT = new HttpError(400, "the path has a control character, and is part of what a return says", {
  hint: "The address has an encoded control character.",
});

/** SECURITY: it would be encoded here, but whoever decodes it next may put it into a field as it is. */
function isUnfit(template: Template, path: string): boolean {
  // deno-lint-ignore no-control-regex
  return /[\x00-\x1f\x7f]/.test(path) &&
    template.some((part) => typeof part === "object" && part.variable === "uri");
}

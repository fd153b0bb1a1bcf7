/**
 * Errors as responses with the server's own page.
 *
 * @module
 */
import { isLocalClient } from "../http/local_client.ts";
import type { HttpError } from "../http/errors.ts";
import { FieldBlock } from "../http/fields.ts";
import type { Request, Response } from "../http/message.ts";
import { reasonPhrase } from "../http/status.ts";
import { errorJson, type ErrorLink, errorPage, type ErrorText, errorText } from "./error_page.ts";
import { type ErrorType, errorTypeFor } from "./error_type.ts";
import { NOT_FRAMED } from "./framing.ts";

const encoder = new TextEncoder();

/** Pages of which nothing but the status and the link differs, by their forms and links. */
const kept = new Map<string, Uint8Array[]>();

const FIELDS: Readonly<Record<ErrorType, FieldBlock>> = {
  "text/plain": FieldBlock.of(["Content-Type", "text/plain; charset=utf-8"], ["Vary", "Accept"], NOT_FRAMED),
  "text/html": FieldBlock.of(["Content-Type", "text/html; charset=utf-8"], ["Vary", "Accept"], NOT_FRAMED),
  "application/json": FieldBlock.of(["Content-Type", "application/json"], ["Vary", "Accept"]),
};

/** What of a request decides on the page: who reads it, and where its link leads. */
export type PageRequest = Pick<Request, "fields" | "path" | "remote">;

/**
 * A response with the server's own error page, in the form that the client takes.
 *
 * @param request undefined where it could not be read
 * @param reference stands in the page and in the error log
 * @param why for the access log on a terminal
 */
export function errorResponse(
  error: HttpError,
  request?: PageRequest,
  reference?: string,
  why: string = error.log ?? error.message,
): Response & { readonly body: Uint8Array } {
  const { status, advice } = error;
  const type = errorTypeFor(request?.fields.joined("accept"));
  const link = type === "text/html" ? linkFrom(request?.path ?? "/") : "/";
  const hint = error.hint === undefined || request === undefined || !isLocalClient(request)
    ? undefined
    : error.hint;
  const body = reference === undefined && advice === undefined && hint === undefined
    ? keptPage(status, type, link)
    : pageBytes({ status, reason: reasonPhrase(status), reference, hint, advice }, type, link);
  return { status, fields: fieldsOf(error, type), body, why };
}

/** Relative, so that nothing of the path is in the page. */
function linkFrom(path: string): ErrorLink {
  if (path.lastIndexOf("/", path.length - 2) <= 0) return "/";
  return path.endsWith("/") ? "../" : "./";
}

function fieldsOf(error: HttpError, type: ErrorType): FieldBlock {
  const byType = error.pageFields ??= new Map<string, FieldBlock>();
  let fields = byType.get(type);
  if (fields === undefined) byType.set(type, fields = FIELDS[type].concat(error.fields));
  return fields;
}

function keptPage(status: number, type: ErrorType, link: ErrorLink): Uint8Array {
  const key = type + link;
  let pages = kept.get(key);
  if (pages === undefined) kept.set(key, pages = []);
  return pages[status] ??= pageBytes({ status, reason: reasonPhrase(status) }, type, link);
}

function pageBytes(text: ErrorText, type: ErrorType, link: ErrorLink): Uint8Array {
  if (type === "text/html") return encoder.encode(errorPage(text, link));
  return encoder.encode(type === "text/plain" ? errorText(text) : errorJson(text));
}

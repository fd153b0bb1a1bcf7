/**
 * Errors as responses with the server's own page.
 *
 * @module
 */
import type { HttpError } from "../http/errors.ts";
import { FieldBlock } from "../http/fields.ts";
import type { Response } from "../http/message.ts";
import { reasonPhrase } from "../http/status.ts";
import { errorPage } from "./error_page.ts";
import { NOT_FRAMED } from "./framing.ts";

const encoder = new TextEncoder();

/** Pages without a reference are the same every time. */
const pagesByStatus = new Map<number, Uint8Array>();

const HTML: FieldBlock = FieldBlock.of(["Content-Type", "text/html; charset=utf-8"], NOT_FRAMED);

/**
 * A response with the server's own error page.
 *
 * @param id stands in the page and in the error log
 * @param why for the access log on a terminal
 */
export function errorResponse(
  error: HttpError,
  id?: string,
  why: string = error.log ?? error.message,
): Response & { readonly body: Uint8Array } {
  const { status } = error;
  const fields = error.pageFields ??= HTML.concat(error.fields);
  return { status, fields, body: pageBytes(error, id), why };
}

function pageBytes({ status, advice }: HttpError, id: string | undefined): Uint8Array {
  if (id !== undefined || advice !== undefined) {
    return encoder.encode(errorPage(status, reasonPhrase(status), id, advice));
  }
  let bytes = pagesByStatus.get(status);
  if (!bytes) pagesByStatus.set(status, bytes = encoder.encode(errorPage(status, reasonPhrase(status))));
  return bytes;
}

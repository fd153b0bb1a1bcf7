/**
 * Answers of the inspector. SECURITY: all of them have what keeps pages of others from framing, reading or keeping them,
 * and nothing that would let them.
 *
 * @module
 */
import type { HttpError } from "../http/errors.ts";
import { FieldBlock } from "../http/fields.ts";
import type { BodySource, Request, Response } from "../http/message.ts";
import { reasonPhrase } from "../http/status.ts";
import { errorResponse } from "../pages/error_response.ts";
import { errorTypeFor } from "../pages/error_type.ts";
import { inspectorDoorPage } from "../pages/inspector/door.ts";

const encoder = new TextEncoder();

/** Content Security Policy of what is no page: nothing in it is ever loaded or run. */
const NO_PAGE = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** Of pages of errors, which have a style of their own. */
const ERROR_PAGE =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; base-uri 'none'; " +
  "form-action 'none'";

/** Of the inspector's page: its own script and style, by their nonce; pictures of recorded bodies, which it makes itself. */
export function pagePolicy(nonce: string): string {
  return `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; img-src data:; ` +
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; " +
    // What strangers have sent can become markup by no way at all.
    "require-trusted-types-for 'script'";
}

/** Sent with every answer. */
const ALWAYS = [
  ["Cache-Control", "no-store"],
  ["X-Content-Type-Options", "nosniff"],
  // Nobody learns the address of a page that had a token in it.
  ["Referrer-Policy", "no-referrer"],
  ["X-Frame-Options", "DENY"],
  ["Cross-Origin-Resource-Policy", "same-origin"],
  ["Cross-Origin-Opener-Policy", "same-origin"],
] as const;

/** The same answer with what every answer has. @param policy its Content-Security-Policy */
export function guarded(response: Response, policy: string = NO_PAGE): Response {
  let { fields } = response;
  for (const [name, value] of ALWAYS) fields = fields.with(name, value);
  return { ...response, fields: fields.with("Content-Security-Policy", policy) };
}

/** JSON; `body` where it is too long to be made at once. */
export function jsonAnswer(value: unknown, status = 200): Response {
  return contentAnswer("application/json", encoder.encode(`${JSON.stringify(value)}\n`), status);
}

/** Any content. */
export function contentAnswer(type: string, body: Uint8Array | BodySource, status = 200): Response {
  return { status, fields: FieldBlock.of(["Content-Type", type]), body };
}

/** Text, in UTF-8. */
export function textAnswer(type: string, text: string): Response {
  return contentAnswer(type, encoder.encode(text));
}

/**
 * An error in the form that the client takes: JSON for programs that name nothing else, which have asked for JSON after all.
 *
 * @param isPage what was asked for is for people
 */
export function errorAnswer(error: HttpError, request: Request, isPage: boolean): Response {
  const accept = request.fields.joined("accept") ?? "*/*", { status, advice, fields } = error;
  if (!isPage && accept === "*/*") {
    const answer = jsonAnswer({ status, error: reasonPhrase(status), hint: advice }, status);
    return guarded({ ...answer, fields: answer.fields.concat(fields) });
  }
  if (status === 401 && errorTypeFor(accept) === "text/html") {
    const door = textAnswer("text/html; charset=utf-8", inspectorDoorPage());
    return guarded({ ...door, status, fields: door.fields.concat(fields) }, ERROR_PAGE);
  }
  return guarded(errorResponse(error, request), ERROR_PAGE);
}

/** Texts as a body, each made when it is to be sent. */
export class TextsSource implements BodySource {
  readonly length = undefined;
  readonly prompt = true;
  readonly #texts: Iterator<string>;
  #rest: Uint8Array = new Uint8Array();
  #isClosed = false;

  /** @param over is called when it is closed */
  constructor(texts: Iterable<string>, readonly over: () => void) {
    this.#texts = texts[Symbol.iterator]();
  }

  read(buffer: Uint8Array): Promise<number | null> {
    while (this.#rest.length === 0) {
      const next = this.#texts.next();
      if (next.done) return Promise.resolve(null);
      this.#rest = encoder.encode(next.value);
    }
    const piece = this.#rest.subarray(0, buffer.length);
    buffer.set(piece);
    this.#rest = this.#rest.subarray(piece.length);
    return Promise.resolve(piece.length);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#texts.return?.();
    this.#rest = new Uint8Array();
    this.over();
  }
}

/**
 * What plain HTTP gets on a port that speaks TLS: the way to the https address, never silence.
 *
 * @module
 */
import { HttpError } from "../http/errors.ts";
import { FieldBlock } from "../http/fields.ts";
import { type Host, parseHost } from "../http/host.ts";
import type { Handler, Request, Response } from "../http/message.ts";
import { errorResponse } from "../pages/error_response.ts";

const HTTP_PORT = 80, HTTPS_PORT = 443;

/**
 * Sends GET and HEAD to the same target of the host and port that they asked for, whoever that is; others get 400 with
 * the address.
 *
 * @param first is asked before, for what is to be had without TLS as well
 */
export function toHttps(first: (request: Request) => ReturnType<Handler> | undefined): Handler {
  return (request) => first(request) ?? redirect(request);
}

function redirect(request: Request): Response {
  const origin = httpsOrigin(request);
  if (origin === undefined) {
    return errorResponse(wrongScheme("This port speaks HTTPS: ask for https://."), request);
  }
  if (request.form !== "origin" || (request.method !== "GET" && request.method !== "HEAD")) {
    return errorResponse(wrongScheme(`This port speaks HTTPS: ask for ${origin}/.`), request);
  }
  return {
    status: 308,
    // SECURITY: kept, it would lead to TLS for ever, whatever will be on this port.
    fields: FieldBlock.of(["Location", origin + request.target], ["Cache-Control", "no-store"]),
    body: undefined,
  };
}

/** Undefined where no host was asked for. */
function httpsOrigin({ fields, host: asked }: Request): string | undefined {
  const host = asked === "" ? undefined : parseHost(fields.get("host") ?? "");
  if (host === undefined) return undefined;
  const port = portOf(host);
  return `https://${host.host.includes(":") ? `[${host.host}]` : host.host}${
    port === HTTPS_PORT ? "" : `:${port}`
  }`;
}

/** Without one it is that of plain HTTP, which leads here: ports may be mapped on the way. */
function portOf({ port = HTTP_PORT }: Host): number {
  return port;
}

function wrongScheme(advice: string): HttpError {
  return new HttpError(400, "Plain HTTP on a port that speaks TLS", { advice });
}

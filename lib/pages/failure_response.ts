/**
 * A program's failure as a response.
 *
 * @module
 */
import { FieldBlock } from "../http/fields.ts";
import type { Request, Response } from "../http/message.ts";
import type { FailureText } from "../http/program_failure.ts";
import { errorTypeFor } from "./error_type.ts";
import { failurePage } from "./failure_page.ts";
import { failureText } from "./failure_text.ts";
import { NOT_FRAMED } from "./framing.ts";

const encoder = new TextEncoder();

/** A page for whoever asks for HTML, the same as text for all others. */
export function failureResponse(
  text: FailureText,
  { fields }: Pick<Request, "fields">,
): Response & { readonly body: Uint8Array } {
  const isPage = errorTypeFor(fields.joined("accept")) === "text/html";
  return {
    status: text.status,
    fields: FieldBlock.of(
      ["Content-Type", `${isPage ? "text/html" : "text/plain"}; charset=utf-8`],
      ["Vary", "Accept"],
      // It has an environment in it.
      ["Cache-Control", "no-store"],
      NOT_FRAMED,
    ),
    body: encoder.encode(isPage ? failurePage(text) : failureText(text)),
  };
}

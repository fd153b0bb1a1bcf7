/**
 * Problem details (RFC 9457) of resumable uploads (draft-ietf-httpbis-resumable-upload-12, section 7).
 *
 * @module
 */
import { FieldBlock } from "./fields.ts";
import type { Response } from "./message.ts";

const TYPES = "https://iana.org/assignments/http-problem-types#";

const encoder = new TextEncoder();

/** Their types, with the titles that the draft registers. */
const TITLES = {
  "mismatching-upload-offset": "Mismatching Upload Offset",
  "completed-upload": "Upload Is Completed",
  "inconsistent-upload-length": "Inconsistent Upload Length Values",
} as const;

/** What may be wrong. */
export type UploadProblem = keyof typeof TITLES;

/** A response that says what is wrong, for programs. @param members further ones */
export function problem(
  status: number,
  type: UploadProblem,
  fields: FieldBlock,
  members: Readonly<Record<string, number>> = {},
): Response {
  const text = JSON.stringify({ type: TYPES + type, title: TITLES[type], status, ...members });
  return {
    status,
    fields: FieldBlock.of(["Content-Type", "application/problem+json"], ["Cache-Control", "no-store"])
      .concat(fields),
    body: encoder.encode(`${text}\n`),
    why: TITLES[type],
  };
}

/**
 * 207: what has gone wrong with parts of what was asked for (RFC 4918 section 13).
 *
 * @module
 */
import { FieldBlock } from "../http/fields.ts";
import type { Response } from "../http/message.ts";
import { encodePath } from "../http/path.ts";
import { reasonPhrase } from "../http/status.ts";

/** One part that failed. */
export interface Failure {
  /** Decoded path. */
  readonly path: string;
  readonly status: number;
}

/** What has failed of a folder's content. */
export type Failures = Failure[];

const FIELDS = FieldBlock.of(["Content-Type", "application/xml; charset=utf-8"]);

const encoder = new TextEncoder();

/** The answer that names each of them. */
export function multiStatus(failures: readonly Failure[]): Response {
  const responses = failures.map(({ path, status }) =>
    `<D:response><D:href>${escaped(encodePath(path))}</D:href>` +
    `<D:status>HTTP/1.1 ${status} ${reasonPhrase(status)}</D:status></D:response>\n`
  );
  const text = `<?xml version="1.0" encoding="utf-8"?>\n<D:multistatus xmlns:D="DAV:">\n${
    responses.join("")
  }</D:multistatus>\n`;
  return { status: 207, fields: FIELDS, body: encoder.encode(text) };
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

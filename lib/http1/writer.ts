/**
 * The head of a response and the framing of its content as bytes (RFC 9112 sections 4, 6 and 7.1).
 *
 * @module
 */
import { encodeLatin1 } from "../bytes/latin1.ts";
import { formatHttpDate } from "../http/date.ts";
import type { FieldBlock } from "../http/fields.ts";
import { perSecond } from "../http/per_second.ts";
import { reasonPhrase } from "../http/status.ts";

/** How the end of a response's content is told: RFC 9112 section 6.3. */
export type ResponseFraming = "none" | "length" | "chunked" | "close";

/** The framing of a response. `length` is undefined if it is not known beforehand. */
export function responseFraming(
  version: string,
  method: string,
  status: number,
  length: number | undefined,
): ResponseFraming {
  if (method === "HEAD" || status < 200 || status === 204 || status === 304) return "none";
  if (length !== undefined) return "length";
  return version === "HTTP/1.1" ? "chunked" : "close";
}

/** What responseHead() needs to know. */
export interface HeadParts {
  readonly version: "HTTP/1.0" | "HTTP/1.1";
  readonly status: number;
  readonly reason: string | undefined;
  readonly fields: FieldBlock;
  /** For Content-Length, also where HEAD or 304 leave the content out; undefined sends none. */
  readonly length: number | undefined;
  readonly chunked: boolean;
  readonly keepAlive: boolean;
  /** Wall-clock milliseconds, for Date. */
  readonly now: number;
}

/** A response's head as ISO 8859-1 text, with the empty line that ends it. */
export function responseHead(parts: HeadParts): string {
  const { version, status } = parts;
  let head = version === "HTTP/1.1" && parts.reason === undefined
    ? statusLine(status)
    : `${version} ${status} ${parts.reason ?? reasonPhrase(status)}\r\n`;
  head += commonFields(parts.now) + fieldLines(parts.fields);
  if (parts.length !== undefined) head += `Content-Length: ${parts.length}\r\n`;
  if (parts.chunked) head += "Transfer-Encoding: chunked\r\n";
  if (!parts.keepAlive) head += "Connection: close\r\n";
  else if (version === "HTTP/1.0") head += "Connection: keep-alive\r\n";
  return head + "\r\n";
}

/** A head as it was sent, and what it holds for. */
interface KeptHead {
  readonly parts: HeadParts;
  readonly second: number;
  /** Made when it is sent for the second time. */
  bytes: Uint8Array | undefined;
}

/**
 * A response's head as bytes, where the last one with these fields was the same and of this second; undefined otherwise.
 *
 * PERF: to put a head together and encode it costs several times as much as to copy it, and of busy servers most answers
 * are the same as a moment ago. Where they are not, this must cost next to nothing.
 */
export function keptHead(parts: HeadParts): Uint8Array | undefined {
  const { fields } = parts, second = Math.floor(parts.now / 1000);
  const kept = fields.http1Head as KeptHead | undefined;
  if (kept !== undefined && kept.second === second && isSame(kept.parts, parts)) {
    return kept.bytes ??= encodeLatin1(responseHead(parts));
  }
  fields.http1Head = { parts, second, bytes: undefined } satisfies KeptHead;
  return undefined;
}

/** But for the time and the fields. */
function isSame(a: HeadParts, b: HeadParts): boolean {
  return a.length === b.length && a.status === b.status && a.keepAlive === b.keepAlive &&
    a.chunked === b.chunked && a.version === b.version && a.reason === b.reason;
}

/**
 * SECURITY: of every response, unless it says otherwise itself: no browser is to find a page or a script in what is sent
 * as something else, be it a picture that somebody has stored (Fetch, "nosniff").
 */
const NO_SNIFFING = "X-Content-Type-Options: nosniff\r\n";
const SNIFFING = "x-content-type-options";

/** PERF: made once for each block, and only of those lines that the block it begins with has not. */
function fieldLines(block: FieldBlock): string {
  if (block.http1Text !== undefined) return block.http1Text;
  const { base, names, values } = block;
  let text = base === undefined ? NO_SNIFFING : fieldLines(base);
  for (let i = base?.size ?? 0; i < names.length; i++) {
    const name = names[i]!;
    if (name.length === SNIFFING.length && name.toLowerCase() === SNIFFING && text.startsWith(NO_SNIFFING)) {
      text = text.slice(NO_SNIFFING.length);
    }
    text += `${name}: ${values[i]}\r\n`;
  }
  return block.http1Text = text;
}

/** An interim response as ISO 8859-1 text: RFC 9110 section 15.2. It has neither Date nor Server, nor anything else of ours. */
export function interimHead(status: number, fields: FieldBlock): string {
  let head = statusLine(status);
  for (const [name, value] of fields) head += `${name}: ${value}\r\n`;
  return head + "\r\n";
}

/** `100 Continue`: RFC 9110 section 15.2.1. */
export const CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";

/** What ends a chunked body. */
export const LAST_CHUNK = "0\r\n\r\n";

/** Bytes before the data of a chunk whose size has at most six hexadecimal digits. */
export const CHUNK_HEAD_LENGTH = 8;

/**
 * The line before a chunk's data, always CHUNK_HEAD_LENGTH long, so that the data can be read into its place first.
 *
 * @param size below 2^24
 */
export function chunkHead(size: number): string {
  return size.toString(16).padStart(CHUNK_HEAD_LENGTH - 2, "0") + "\r\n";
}

const statusLines: (string | undefined)[] = [];

function statusLine(status: number): string {
  return statusLines[status] ??= `HTTP/1.1 ${status} ${reasonPhrase(status)}\r\n`;
}

/** Server and Date. PERF: made once in a second. */
const commonFields = perSecond((second) => `Server: webserv\r\nDate: ${formatHttpDate(second)}\r\n`);

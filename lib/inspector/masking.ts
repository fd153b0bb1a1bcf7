/**
 * Records without what is nobody else's to see. SECURITY: those in memory have everything; whatever leaves the inspector
 * goes through here, unless secrets were asked for.
 *
 * @module
 */
import { decodeLatin1, encodeLatin1 } from "../bytes/latin1.ts";
import { maskFreeText, maskJson, maskMultipart, maskParameters, maskUrl } from "./mask_text.ts";
import type { RecordedField, RecordedMessage, RequestRecord, RequestSummary } from "./record.ts";
import { isSensitive, MASK } from "./sensitive.ts";

/** A summary, its URL masked. */
export function maskSummary<T extends RequestSummary>(summary: T): T {
  return { ...summary, url: maskUrl(summary.url) };
}

/** A whole record. */
export function maskRecord(record: RequestRecord): RequestRecord {
  const { answered_by: by, response } = record;
  return {
    ...maskSummary(record),
    answered_by: by && {
      ...by,
      ...(by.command && { command: by.command.map(maskFreeText) }),
      ...(by.upstream !== undefined && { upstream: maskUrl(by.upstream) }),
    },
    redirects: record.redirects.map(maskUrl),
    stderr: record.stderr.map(maskFreeText),
    why: record.why === null ? null : maskFreeText(record.why),
    request: maskMessage(record.request),
    response: { ...maskMessage(response), reason: response.reason },
  };
}

function maskMessage(message: RecordedMessage): RecordedMessage {
  return { ...message, headers: message.headers.map(maskField), ...maskBody(message) };
}

/** Names that say a secret in no word of theirs. */
const CREDENTIALS = new Set(["authorization", "proxy-authorization"]);

/** A field. The scheme of credentials stays, and so do the names of cookies. */
export function maskField({ name, value }: RecordedField): RecordedField {
  const lower = name.toLowerCase();
  if (CREDENTIALS.has(lower)) {
    const scheme = /^([\w!#$%&'*+.^`|~-]+)[ \t]+\S/.exec(value)?.[1];
    return { name, value: scheme === undefined ? MASK : `${scheme} ${MASK}` };
  }
  if (lower === "cookie") return { name, value: value.split(";").map(maskCookie).join(";") };
  if (lower === "set-cookie") {
    const [cookie = "", ...attributes] = value.split(";");
    return { name, value: [maskCookie(cookie), ...attributes].join(";") };
  }
  if (isSensitive(name) && !NO_SECRETS.has(lower)) return { name, value: value === "" ? "" : MASK };
  return { name, value: maskFreeText(/^\S*$/.test(value) ? maskUrl(value) : value) };
}

/** They name a secret, and hold none. */
const NO_SECRETS = new Set(["www-authenticate", "proxy-authenticate", "public-key-pins"]);

/** A cookie without a name is all value (RFC 6265bis section 5.6). */
function maskCookie(cookie: string): string {
  const at = cookie.indexOf("=");
  if (cookie.trim() === "") return cookie;
  return at < 0 ? cookie.replace(/\S.*/s, MASK) : cookie.slice(0, at + 1) + MASK;
}

function maskBody({ headers, body, encoding }: RecordedMessage): Pick<RecordedMessage, "body" | "encoding"> {
  if (body === "") return {} as Pick<RecordedMessage, "body" | "encoding">;
  const type = headers.find(({ name }) => name.toLowerCase() === "content-type")?.value ?? "";
  const boundary = /^multipart\/form-data.*;\s*boundary=(?:"([^"]*)"|([^;\s]+))/i.exec(type);
  if (boundary !== null) {
    const mask = (text: string) => maskMultipart(text, boundary[1] ?? boundary[2]!);
    return encoding === "base64"
      ? { body: encodeLatin1(mask(decodeLatin1(Uint8Array.fromBase64(body)))).toBase64(), encoding }
      : { body: mask(body) };
  }
  if (encoding === "base64") return { body, encoding };
  if (/^application\/x-www-form-urlencoded\b/i.test(type)) return { body: maskParameters(body) };
  if (/\bjson\b/i.test(type) || /^\s*[[{]/.test(body)) return { body: maskJson(body) };
  return { body: type === "" || /^text\/plain\b/i.test(type) ? maskFreeText(body) : body };
}

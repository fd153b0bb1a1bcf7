/**
 * A request that is sent again: the one that was taken down, with what is to be different.
 *
 * @module
 */
import { isToken } from "../bytes/ascii.ts";
import { HttpError } from "../http/errors.ts";
import { FieldBlock } from "../http/fields.ts";
import { urlParts } from "./filters.ts";
import { maskUrl } from "./mask_text.ts";
import { maskField, maskRecord } from "./masking.ts";
import type { RecordedField, RequestRecord } from "./record.ts";
import { MASK } from "./sensitive.ts";

/** What is to be different; what is not there stays as it was. */
export interface ReplayChanges {
  readonly method?: string;
  /** The target: a path with its query, or a URL of the same origin. */
  readonly url?: string;
  /** In place of all fields. */
  readonly headers?: readonly RecordedField[];
  readonly body?: string;
  /** How `body` is given. */
  readonly encoding?: "base64";
}

/** What is sent. */
export interface ReplayRequest {
  readonly method: string;
  readonly target: string;
  /** One Host, and none of the connection's own. */
  readonly fields: FieldBlock;
  readonly body: Uint8Array;
}

/** They belong to the connection that the request came on, and not to the request. */
const OF_CONNECTION = new Set(
  ("connection content-length transfer-encoding keep-alive proxy-connection te trailer upgrade http2-settings expect")
    .split(" "),
);

/** Reads JSON. @throws {HttpError} 400 */
export function parseChanges(text: string): ReplayChanges {
  if (text.trim() === "") return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw wrong("The changes are no JSON.");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw wrong('The changes must be an object such as {"method": "POST"}.');
  }
  const { method, url, headers, body, encoding, ...others } = value as Record<string, unknown>;
  const other = Object.keys(others)[0];
  if (other !== undefined) {
    throw wrong(
      `${JSON.stringify(other.slice(0, 40))} cannot be changed: method, url, headers, body and encoding can.`,
    );
  }
  for (const [name, part] of Object.entries({ method, url, body })) {
    if (part !== undefined && typeof part !== "string") throw wrong(`"${name}" must be a text.`);
  }
  if (encoding !== undefined && encoding !== "base64") throw wrong('"encoding" can only be "base64".');
  const fields = headers === undefined ? undefined : fieldsOf(headers);
  return { ...value as ReplayChanges, ...(fields && { headers: fields }) };
}

/** A list of names and values, or an object of them. */
function fieldsOf(headers: unknown): RecordedField[] {
  const isText = (text: unknown) => typeof text === "string";
  if (Array.isArray(headers)) {
    const isList = headers.every((field) => isText(field?.name) && isText(field?.value));
    if (isList) return headers.map(({ name, value }) => ({ name, value }));
  } else if (typeof headers === "object" && headers !== null && Object.values(headers).every(isText)) {
    return Object.entries(headers).map(([name, value]) => ({ name, value: value as string }));
  }
  throw wrong('"headers" must be a list of {"name", "value"}, or an object of names and values.');
}

/**
 * What is to be sent. What is changed and still has the mask where a secret was gets the secret.
 *
 * @throws {HttpError} 409 where the request cannot be sent again, 400 where the changes make none
 */
export function replayRequest(record: RequestRecord, changes: ReplayChanges): ReplayRequest {
  const method = changes.method ?? record.method;
  if (changes.body === undefined && record.request.truncated) {
    throw conflict(
      "Its content is not kept whole (it is longer than 64 KiB, or nobody has read it): give a body.",
    );
  }
  if (record.request.headers.some(({ name }) => name.toLowerCase() === "upgrade")) {
    throw conflict("It asks for another protocol (Upgrade), which is no request that can be sent again.");
  }
  if (method === "CONNECT") {
    throw conflict("CONNECT asks for a tunnel, which is no request that can be sent again.");
  }
  if (!isToken(method)) throw wrong("The method must be a token such as GET.");
  const target = changes.url === undefined ? urlParts(record.url).target : targetOf(changes.url, record);
  if (!/^(?:\/|\*$)[!$-;=?-~]*$/.test(target)) {
    throw wrong(
      "The path must begin with a slash, and have nothing in it but what a URL may have: encode the rest.",
    );
  }
  return { method, target, fields: fieldBlock(record, changes), body: bodyOf(record, changes) };
}

/** SECURITY: whatever the URL says, it is this server that is asked; a foreign one is refused so that nobody is surprised. */
function targetOf(url: string, record: RequestRecord): string {
  const known = urlParts(record.url).target;
  const isAbsolute = /^[a-z][a-z0-9+.-]*:\/\//i.test(url);
  if (isAbsolute && originOf(url) !== originOf(record.url)) {
    throw wrong("The URL must be a path, or have the origin of the request.");
  }
  const target = (isAbsolute ? urlParts(url).target : url).replace(/#.*$/s, "");
  return target === maskUrl(known) ? known : unmaskQuery(target, known);
}

function originOf(url: string): string {
  return /^[^/]*\/\/(?:[^/?#]*@)?([^/?#]*)/.exec(url)?.[1]?.toLowerCase() ?? "";
}

/** Parameters that are masked get what they had. */
function unmaskQuery(target: string, known: string): string {
  const at = target.indexOf("?");
  if (at < 0) return target;
  const had = new Map(
    known.replace(/^[^?]*\??/, "").split("&").map((parameter) => {
      const end = parameter.indexOf("=");
      return [parameter.slice(0, end), parameter] as const;
    }),
  );
  return target.slice(0, at + 1) +
    target.slice(at + 1).split("&").map((parameter) =>
      parameter.endsWith(`=${MASK}`) ? had.get(parameter.slice(0, -MASK.length - 1)) ?? parameter : parameter
    ).join("&");
}

function fieldBlock(record: RequestRecord, { headers }: ReplayChanges): FieldBlock {
  const known = record.request.headers;
  const lines = (headers ?? known)
    .filter(({ name }) => !OF_CONNECTION.has(name.toLowerCase()) && !name.startsWith(":"))
    .map((field) => headers === undefined ? field : unmaskField(field, known));
  try {
    const block = FieldBlock.of(...lines.map(({ name, value }) => [name, value] as const));
    const hosts = block.names.filter((name) => name.toLowerCase() === "host").length;
    if (hosts > 1) throw wrong("There is more than one Host.");
    return hosts === 1 ? block : FieldBlock.of(["Host", originOf(record.url)]).concat(block);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw wrong(`${error.message}.`);
  }
}

/** SECURITY: a field that is masked in the page is sent as it was, and its value is never shown for that. */
function unmaskField(field: RecordedField, known: readonly RecordedField[]): RecordedField {
  if (!field.value.includes(MASK)) return field;
  return known.find((one) =>
    one.name.toLowerCase() === field.name.toLowerCase() && maskField(one).value === field.value
  ) ?? field;
}

function bodyOf(record: RequestRecord, { body, encoding }: ReplayChanges): Uint8Array {
  const { request } = record;
  if (body === undefined || (body === maskRecord(record).request.body && encoding === request.encoding)) {
    return bytesOf(request.body, request.encoding);
  }
  return bytesOf(body, encoding);
}

function bytesOf(body: string, encoding: "base64" | undefined): Uint8Array {
  if (encoding === undefined) return new TextEncoder().encode(body);
  try {
    return Uint8Array.fromBase64(body);
  } catch {
    throw wrong("The body is no base64.");
  }
}

function wrong(advice: string): HttpError {
  return new HttpError(400, advice, { advice });
}

function conflict(advice: string): HttpError {
  return new HttpError(409, advice, { advice });
}

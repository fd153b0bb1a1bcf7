/**
 * An entry as a record of it, made when somebody asks.
 *
 * @module
 */
import { formatEndpoint } from "../http/endpoint.ts";
import type { FieldBlock } from "../http/fields.ts";
import { reasonPhrase } from "../http/status.ts";
import { responseHead } from "../http1/writer.ts";
import { type Decode, shown } from "./contents.ts";
import type { Entry } from "./entry.ts";
import { nameOfServer } from "./places.ts";
import type {
  RecordedAnswerer,
  RecordedField,
  RecordedMessage,
  RequestRecord,
  RequestSummary,
} from "./record.ts";

/** What an entry does not know of itself. */
export interface Circumstances {
  readonly worker: number;
  /** Wall-clock milliseconds when the monotonic clock was 0. */
  readonly origin: number;
  readonly decode: Decode;
}

/** Digits of a millisecond. */
const round = (milliseconds: number): number => Math.round(milliseconds * 1000) / 1000;

/** Of a list of requests. */
export function summaryOf(entry: Entry, { origin }: Pick<Circumstances, "origin">): RequestSummary {
  const { id, method, status, serverConfig, locationConfig, remote } = entry;
  return {
    id,
    time: new Date(startOf(entry, origin)).toISOString(),
    method,
    url: urlOf(entry),
    status,
    duration_ms: round(entry.ended - (entry.started || entry.ended)),
    remote: remote.hostname,
    server: serverConfig === undefined ? "" : nameOfServer(serverConfig),
    location: locationConfig?.key ?? "",
    line: (locationConfig ?? serverConfig)?.lines?.line ?? null,
  };
}

/** All of it. */
export async function recordOf(entry: Entry, circumstances: Circumstances): Promise<RequestRecord> {
  const { started, begun, ended, why, weather } = entry;
  const answered = begun || ended;
  return {
    ...summaryOf(entry, circumstances),
    protocol: entry.version ?? "HTTP/1.1",
    worker: circumstances.worker,
    user: entry.user ?? null,
    phases: { wait: round(answered - (started || answered)), send: round(ended - answered) },
    answered_by: answererOf(entry),
    redirects: entry.redirects ?? [],
    stderr: entry.said ?? [],
    why: why ?? null,
    weather: weather?.split(", ") ?? [],
    request: await requestOf(entry, circumstances.decode),
    response: await responseOf(entry, circumstances),
  };
}

function startOf({ started, ended }: Entry, origin: number): number {
  return origin + (started || ended);
}

/** What is no request has none. */
function urlOf({ target, host, fields, isSecure, local }: Entry): string {
  if (target === "" || /^[a-z]+:\/\//i.test(target)) return target;
  const authority = fields?.get("host") || host || formatEndpoint(local);
  // CONNECT names an authority, OPTIONS may ask for `*`: they are no paths.
  return `${isSecure ? "https" : "http"}://${authority}${target.startsWith("/") ? target : `/${target}`}`;
}

/** Of what nobody says anything, this server itself answers. */
function answererOf({ by, status }: Entry): RecordedAnswerer | null {
  if (by === undefined) return status === 0 ? null : { kind: "server" };
  if (!("server" in by)) return by;
  return { kind: by.kind, upstream: by.server, ...by.path === undefined ? {} : { path: by.path } };
}

async function requestOf({ fields, body }: Entry, decode: Decode): Promise<RecordedMessage> {
  const codings = fields?.joined("content-encoding"), length = body?.length;
  const size = body?.kept.passed ?? 0;
  // What nobody has read was not taken down either.
  const isCut = body !== undefined && (!(body.isWhole || size === length) || body.kept.length < size);
  return {
    headers: listOf(fields),
    ...await contentOf(body?.kept.bytes, isCut, codings, decode),
    size,
  };
}

async function responseOf(
  entry: Entry,
  { decode, origin }: Circumstances,
): Promise<RequestRecord["response"]> {
  const { content, bytes, status, reason, responseFields, length } = entry;
  const isCut = bytes > (content?.length ?? 0) || length !== undefined && bytes > 0 && bytes < length;
  return {
    reason: status === 0 ? "" : reason ?? reasonPhrase(status),
    headers: headersOf(entry, origin),
    ...await contentOf(content, isCut, responseFields?.joined("content-encoding"), decode),
    size: bytes,
  };
}

async function contentOf(
  bytes: Uint8Array | undefined,
  isCut: boolean,
  codings: string | undefined,
  decode: Decode,
) {
  if (bytes === undefined || bytes.length === 0) return { body: "", truncated: isCut };
  return await shown({ bytes, isCut, codings }, decode);
}

/** With what the protocol adds, as it was sent. Whoever makes the whole message himself (nph-) has no head here. */
function headersOf(entry: Entry, origin: number): RecordedField[] {
  const { responseFields: fields, status, length, method, version, isRaw } = entry;
  if (fields === undefined || isRaw) return listOf(fields);
  const hasLength = status >= 200 && status !== 204 && status !== 304;
  const isChunked = hasLength && length === undefined && method !== "HEAD" && version === "HTTP/1.1";
  const head = responseHead({
    version: "HTTP/1.1",
    status,
    reason: undefined,
    fields,
    length: hasLength ? length : undefined,
    chunked: isChunked,
    keepAlive: true,
    now: origin + entry.ended,
  });
  const lines = head.trimEnd().split("\r\n").slice(1).map((line) => {
    const colon = line.indexOf(":");
    return { name: line.slice(0, colon), value: line.slice(colon + 1).trim() };
  });
  return version === "HTTP/2.0"
    ? lines.map(({ name, value }) => ({ name: name.toLowerCase(), value }))
    : lines;
}

function listOf(fields: FieldBlock | undefined): RecordedField[] {
  return [...fields ?? []].map(([name, value]) => ({ name, value }));
}

/**
 * Records as an HTTP Archive 1.2, as browsers' network panels and other tools read it
 * (http://www.softwareishard.com/blog/har-12-spec/).
 *
 * @module
 */
import type { RecordedField, RecordedMessage, RequestRecord } from "./record.ts";

/** What has made the archive. */
export interface HarCreator {
  readonly name: string;
  readonly version: string;
}

/** The text of an archive, in pieces: each entry is made when it is asked for. */
export function* harTexts(records: Iterable<RequestRecord>, creator: HarCreator): Generator<string> {
  yield `{"log":{"version":"1.2","creator":${JSON.stringify(creator)},"pages":[],"entries":[`;
  let separator = "\n";
  for (const record of records) {
    yield separator + JSON.stringify(harEntry(record));
    separator = ",\n";
  }
  yield "\n]}}\n";
}

/** One entry. What is ours has an underscore in front of its name, as the format wants it. */
export function harEntry(record: RequestRecord) {
  const { request, response, phases } = record;
  const location = valueOf(response.headers, "location") ?? "";
  return {
    startedDateTime: record.time,
    time: phases.wait + phases.send,
    request: {
      method: record.method,
      url: record.url,
      httpVersion: record.protocol,
      cookies: requestCookies(request.headers),
      headers: pairs(request.headers),
      queryString: parameters(queryOf(record.url)),
      ...(request.size > 0 && { postData: postData(request) }),
      headersSize: -1,
      bodySize: request.size,
    },
    response: {
      status: record.status,
      statusText: response.reason,
      httpVersion: record.protocol,
      cookies: responseCookies(response.headers),
      headers: pairs(response.headers),
      content: content(response),
      redirectURL: location,
      headersSize: -1,
      bodySize: response.size,
    },
    cache: {},
    // On this side of the connection nobody looks up names, and the request is there when its time begins.
    timings: { blocked: -1, dns: -1, connect: -1, ssl: -1, send: 0, wait: phases.wait, receive: phases.send },
    _webserv: {
      id: record.id,
      worker: record.worker,
      user: record.user,
      remote: record.remote,
      server: record.server,
      location: record.location,
      line: record.line,
      answered_by: record.answered_by,
      redirects: record.redirects,
      stderr: record.stderr,
      why: record.why,
      weather: record.weather,
    },
  };
}

function pairs(fields: readonly RecordedField[]) {
  return fields.map(({ name, value }) => ({ name, value }));
}

function valueOf(fields: readonly RecordedField[], name: string): string | undefined {
  return fields.find((field) => field.name.toLowerCase() === name)?.value;
}

function queryOf(url: string): string {
  return /^[^?#]*\?([^#]*)/.exec(url)?.[1] ?? "";
}

function parameters(query: string) {
  if (query === "") return [];
  return [...new URLSearchParams(query)].map(([name, value]) => ({ name, value }));
}

function requestCookies(fields: readonly RecordedField[]) {
  return fields.filter(({ name }) => name.toLowerCase() === "cookie").flatMap(({ value }) => value.split(";"))
    .map((text) => text.trim()).filter((text) => text !== "").map(cookie);
}

/** RFC 6265 section 4.1. */
function responseCookies(fields: readonly RecordedField[]) {
  return fields.filter(({ name }) => name.toLowerCase() === "set-cookie").map(({ value }) => {
    const [first = "", ...attributes] = value.split(";").map((text) => text.trim());
    const named = new Map(attributes.map((text) => {
      const { name, value } = cookie(text);
      return [name.toLowerCase(), value];
    }));
    const expires = Date.parse(named.get("expires") ?? "");
    const path = named.get("path"), domain = named.get("domain");
    return {
      ...cookie(first),
      ...(path && { path }),
      ...(domain && { domain }),
      ...(!Number.isNaN(expires) && { expires: new Date(expires).toISOString() }),
      httpOnly: named.has("httponly"),
      secure: named.has("secure"),
    };
  });
}

function cookie(text: string): { readonly name: string; readonly value: string } {
  const at = text.indexOf("=");
  return at < 0 ? { name: text, value: "" } : { name: text.slice(0, at), value: text.slice(at + 1) };
}

/** The format knows no coding of a request's content: in base64 it says so in a comment. */
function postData({ headers, body, encoding, truncated }: RecordedMessage) {
  const mimeType = valueOf(headers, "content-type") ?? "application/octet-stream";
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(mimeType) && encoding === undefined;
  return {
    mimeType,
    ...(isForm && { params: parameters(body) }),
    text: body,
    ...(encoding !== undefined && { _encoding: encoding, comment: "base64" }),
    ...(truncated && { _truncated: true }),
  };
}

function content({ headers, body, encoding, truncated, size }: RecordedMessage) {
  return {
    size: truncated ? size : sizeOf(body, encoding),
    mimeType: valueOf(headers, "content-type") ?? "",
    ...(body !== "" && { text: body }),
    ...(encoding !== undefined && body !== "" && { encoding }),
    ...(truncated && { comment: "cut" }),
  };
}

/** Bytes of content without its coding. */
function sizeOf(body: string, encoding: RecordedMessage["encoding"]): number {
  if (encoding === undefined) return new TextEncoder().encode(body).length;
  return Math.floor(body.replace(/=+$/, "").length * 3 / 4);
}

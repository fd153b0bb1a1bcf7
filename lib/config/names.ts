/**
 * The names in a configuration, each with its grammar: server names, location keys, methods, fields to add, codes of
 * error pages, paths, extensions, environment variables. Each function throws a ValueError.
 *
 * @module
 */
import { isFieldValue, isToken, TCHAR } from "../bytes/ascii.ts";
import { CONTENT_CODINGS } from "../http/content_coding.ts";
import { withCharset } from "../http/media_type.ts";
import { normalNetwork } from "../http/networks.ts";
import type { ContentCoding } from "../ports.ts";
import { quote } from "./issues.ts";
import { parseHost, ValueError } from "./values.ts";

/** A server name in lower case, without a last dot; an IPv6 address gets its brackets. */
export function parseServerName(text: string): string {
  const wrong = (why: string) => new ValueError(`expected a server name ${why}, not ${quote(text)}`);
  if (text === "*" || text === "") {
    throw wrong("(the first server of an address answers every other name anyway)");
  }
  if (/^\[.*\]$/.test(text) || text.includes("::")) {
    const hostname = parseHost(text.startsWith("[") ? text : `[${text}]`);
    if (hostname === undefined) throw wrong("or an IP address");
    return `[${hostname}]`;
  }
  if (/:\d*$/.test(text)) throw wrong("without a port");
  const name = text.toLowerCase().replace(/\.$/, "");
  const base = name.startsWith("*.") ? name.slice(2) : name;
  if (base.includes("*")) throw wrong('with "*." only at its start');
  if (parseHost(base) === undefined) throw wrong('such as localhost, example.test or "*.example.test"');
  return name;
}

/** A host that is answered besides the server names: as a server name, or `*` for any. */
export function parseAllowedHost(text: string): string {
  return text === "*" ? text : parseServerName(text);
}

/** An address or a network of proxies, in its normal form. */
export function parseTrustedProxy(text: string): string {
  try {
    const network = normalNetwork(text);
    if (network !== undefined) return network;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ValueError(`expected ${error.message}, or an address alone, not ${quote(text)}`);
  }
  throw new ValueError(`expected an address or a network such as 10.0.0.0/8, not ${quote(text)}`);
}

/** Which requests a location is for. */
export interface LocationPath {
  /** As in the file, e.g. `/app/` or `= /x`; `/` for a server's own keys. */
  readonly key: string;
  readonly match: "prefix" | "exact";
  /** Decoded, begins with a slash. */
  readonly path: string;
}

/** `/app/`, or `= /x` for this path alone. Percent-encoding is decoded. */
export function parseLocationPath(text: string): LocationPath {
  const [, equals, written] = /^(=\s*)?(\/.*)$/.exec(text.trim()) ?? [];
  if (written === undefined) {
    const hint = /^(~|\^~|@)/.test(text) ? " (patterns and names are not known here)" : "";
    throw new ValueError(`expected a path such as "/app/" or "= /app"${hint}, not ${quote(text)}`);
  }
  if (/[?#]/.test(written)) {
    throw new ValueError(`expected a path without a query or a fragment, not ${quote(text)}`);
  }
  if (/%(2f|5c)/i.test(written)) {
    throw new ValueError(`expected a path without an encoded slash or backslash, not ${quote(text)}`);
  }
  let path: string;
  try {
    path = decodeURIComponent(written);
  } catch {
    throw new ValueError(`expected a path with valid percent-encoding, not ${quote(text)}`);
  }
  checkSegments(path, text);
  return equals === undefined
    ? { key: written, match: "prefix", path }
    : { key: `= ${written}`, match: "exact", path };
}

/** A path within the site, as for an error page: begins with "/", and is its own normal form. */
export function parsePath(text: string): string {
  if (!text.startsWith("/")) {
    throw new ValueError(`expected a path that starts with "/", not ${quote(text)}`);
  }
  if (text.includes("?")) throw new ValueError(`expected a path without a query, not ${quote(text)}`);
  checkSegments(text, text);
  return text;
}

/** Refuses what no request's path has once it is decoded and normalised. */
function checkSegments(path: string, written: string): void {
  // deno-lint-ignore no-control-regex
  if (/[\x00-\x1f\x7f\\]/.test(path)) {
    throw new ValueError(`expected a path without control characters or "\\", not ${quote(written)}`);
  }
  if (path.includes("//")) throw new ValueError(`expected a path without "//", not ${quote(written)}`);
  if (/\/\.\.?(\/|$)/.test(path)) {
    throw new ValueError(`expected a path without "." or ".." as a segment, not ${quote(written)}`);
  }
}

/** A request method. */
export function parseMethod(text: string): string {
  if (text === "TRACE" || text === "CONNECT") throw new ValueError(`${text} is never allowed`);
  if (isToken(text) && text === text.toUpperCase()) return text;
  throw new ValueError(`expected a method in upper case such as GET, not ${quote(text)}`);
}

/** Made for each response by the server itself: twice they would be wrong, and so would any other value. */
const OWN_FIELDS: ReadonlySet<string> = new Set([
  "accept-ranges",
  "connection",
  "content-length",
  "content-range",
  "content-type",
  "date",
  "etag",
  "keep-alive",
  "last-modified",
  "location",
  "server",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** The name of a field to add. */
export function parseFieldName(text: string): string {
  if (!isToken(text)) throw new ValueError(`expected the name of a field, not ${quote(text)}`);
  if (OWN_FIELDS.has(text.toLowerCase())) {
    throw new ValueError(`${quote(text)} cannot be added: the server makes this field itself`);
  }
  return text;
}

/** Made for each request by whoever sends it on: the framing, and what is for one connection alone. */
const FRAMING_FIELDS: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "expect",
  "http2-settings",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** The name of a field for another server. */
export function parseForwardedName(text: string): string {
  if (!isToken(text)) throw new ValueError(`expected the name of a field, not ${quote(text)}`);
  if (FRAMING_FIELDS.has(text.toLowerCase())) {
    throw new ValueError(
      `${quote(text)} cannot be set: it is made for each connection (WebSockets need nothing)`,
    );
  }
  return text;
}

/** The value of a field to add, without white space around it. */
export function parseFieldValue(text: string): string {
  const value = text.trim();
  if (!isFieldValue(value)) {
    throw new ValueError(`expected a value without control characters, not ${quote(text)}`);
  }
  // deno-lint-ignore no-control-regex
  if (/[^\x00-\xff]/.test(value)) {
    throw new ValueError(`expected a value of ISO 8859-1 characters, not ${quote(text)}`);
  }
  return value;
}

const HSTS = /^max-age=\d+(?:\s*;\s*(?:includeSubDomains|preload))*$/i;

/** A value of Strict-Transport-Security (RFC 6797 section 6.1). */
export function parseHsts(text: string): string {
  const value = text.trim();
  if (HSTS.test(value)) return value;
  throw new ValueError(
    `expected a time in seconds such as "max-age=31536000; includeSubDomains", not ${quote(text)}`,
  );
}

/** What an error page is for: a status, or a class of them. */
export type ErrorCode = number | "4xx" | "5xx";

/** A key of error_page: `404`, `500 502` or `5xx`. */
export function parseErrorCodes(text: string): readonly ErrorCode[] {
  return text.trim().split(/\s+/).map((word) => {
    if (word === "4xx" || word === "5xx") return word;
    const code = /^\d{3}$/.test(word) ? Number(word) : NaN;
    if (code >= 300 && code <= 599) return code;
    throw new ValueError(
      `expected codes from 300 to 599 such as 404 or "500 502", 4xx or 5xx, not ${quote(text)}`,
    );
  });
}

/** A path of another machine or container, which starts at its root. */
export function parseAbsolutePath(text: string): string {
  if (text.startsWith("/") && !text.includes("\0")) return text.length > 1 ? text.replace(/\/+$/, "") : text;
  throw new ValueError(`expected an absolute path such as /var/www/html, not ${quote(text)}`);
}

/** A key of cgi: an extension with its dot, or `*`. */
export function parseExtension(text: string): string {
  if (text === "*" || /^\.[A-Za-z0-9_+-]+$/.test(text)) return text;
  throw new ValueError(`expected an extension such as ".py", or "*" for every file, not ${quote(text)}`);
}

/** A key of types: an extension with its dot; case does not count. */
export function parseTypedExtension(text: string): string {
  if (text !== "*" && /^\.[^./\\]+$/.test(text)) return text.toLowerCase();
  const hint = /^[^.*]/.test(text) ? " (with its dot)" : "";
  throw new ValueError(`expected an extension such as ".glb"${hint}, not ${quote(text)}`);
}

const WORD = `[${TCHAR}]+`;
const ARGUMENT = `(?:${WORD}|"[^"\\\\]*")`;
const MEDIA_TYPE = new RegExp(`^${WORD}/${WORD}(?:[ ]*;[ ]*${WORD}=${ARGUMENT})*$`);
const DIRECTIVES = new RegExp(`^${WORD}(?:=${ARGUMENT})?(?:[ ]*,[ ]*${WORD}(?:=${ARGUMENT})?)*$`);

/** A value of types (RFC 9110 section 8.3.1). */
export function parseMediaType(text: string): string {
  if (isFieldValue(text) && MEDIA_TYPE.test(text) && !text.startsWith("*")) return withCharset(text);
  throw new ValueError(`expected a media type such as text/plain, not ${quote(text)}`);
}

/** A word of compression. */
export function parseContentCoding(text: string): ContentCoding {
  const coding = CONTENT_CODINGS.find((known) => known === text.toLowerCase());
  if (coding !== undefined) return coding;
  throw new ValueError(`expected on, off, zstd, br or gzip, not ${quote(text)}`);
}

const MEDIA_RANGE = new RegExp(`^${WORD}/${WORD}$`);

/** A word of compression_types: `type/subtype` or `type/*`, without parameters; in lower case. */
export function parseMediaRange(text: string): string {
  if (MEDIA_RANGE.test(text) && !text.startsWith("*") && !/\/\*.|\/.+\*/.test(text)) {
    return text.toLowerCase();
  }
  throw new ValueError(`expected a media type such as application/json or text/*, not ${quote(text)}`);
}

/** A value of cache_control (RFC 9111 section 5.2). */
export function parseCacheControl(text: string): string {
  if (isFieldValue(text) && DIRECTIVES.test(text)) return text;
  throw new ValueError(
    `expected directives such as no-cache or "public, max-age=3600", or off, not ${quote(text)}`,
  );
}

/** A key of cache_control: a path with stars for whatever characters. */
export function parsePattern(text: string): string {
  // deno-lint-ignore no-control-regex
  if (/^[/*]/.test(text) && !/[\x00-\x1f\x7f\\?]/.test(text)) return text;
  throw new ValueError(`expected a pattern such as "*.html", "/assets/*" or "*", not ${quote(text)}`);
}

/** A key of cgi_env. */
export function parseVariable(text: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(text)) return text;
  throw new ValueError(`expected the name of an environment variable, not ${quote(text)}`);
}

/** The name of an index file. */
export function parseIndex(text: string): string {
  // deno-lint-ignore no-control-regex
  if (text !== "" && text !== "." && text !== ".." && !/[\x00-\x1f\x7f/\\]/.test(text)) return text;
  throw new ValueError(`expected the name of a file such as index.html, not ${quote(text)}`);
}

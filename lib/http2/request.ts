/**
 * The fields of a header block as a request: RFC 9113 sections 8.2 and 8.3. What section 8.1.1 calls malformed is told
 * apart from what is a request, but one that HTTP/1.1 would answer 400 or 413, too.
 *
 * @module
 */
import { COLON, isFieldValue, isLowerToken, isToken, SPACE, TAB, TARGET } from "../bytes/ascii.ts";
import { HttpError } from "../http/errors.ts";
import { FieldBlock } from "../http/fields.ts";
import { normalHost, parseHost } from "../http/host.ts";
import { parseRequestTarget, type RequestTarget } from "../http/request_target.ts";
import type { RequestHead } from "./events.ts";

/** A stream ends with PROTOCOL_ERROR: RFC 9113 section 8.1.1. */
export class Malformed {
  constructor(readonly reason: string) {}
}

const PSEUDO_FIELD_NAMES = [":method", ":scheme", ":path", ":authority", ":protocol"];
const METHOD = 0, SCHEME = 1, PATH = 2, AUTHORITY = 3, PROTOCOL = 4;

/** By their place in that list. PERF: keys that come from the wire make an object slow. */
type PseudoFields = (string | undefined)[];

/** What the fields say, by themselves. */
interface Fields {
  readonly pseudo: PseudoFields;
  readonly names: string[];
  readonly values: string[];
  host: string | undefined;
  length: string | undefined;
  expect: string | undefined;
}

/**
 * Reads the head of a request.
 *
 * @param names of a header block that is within the limits, as they were sent
 * @param endsStream there is no content
 * @param mayExtend extended CONNECT was announced (RFC 8441)
 */
export function readRequest(
  names: readonly string[],
  values: readonly string[],
  endsStream: boolean,
  mayExtend: boolean,
): RequestHead | HttpError | Malformed {
  const fields = readFields(names, values);
  if (fields instanceof Malformed) return fields;
  const { pseudo } = fields;
  const wrong = checkPseudoFields(pseudo, mayExtend);
  if (wrong !== undefined) return new Malformed(wrong);
  const length = contentLength(fields.length, endsStream);
  if (typeof length === "object") return length;
  const authority = pseudo[AUTHORITY] || undefined;
  if (
    authority !== undefined && fields.host !== undefined &&
    !isSameHost(authority, fields.host, pseudo[SCHEME])
  ) {
    return new Malformed("Host is not :authority");
  }
  return requestOf(fields, authority ?? fields.host, length);
}

/** Undefined if these may be trailers: section 8.1. */
export function checkTrailers(names: readonly string[], values: readonly string[]): Malformed | undefined {
  for (let i = 0; i < names.length; i++) {
    if (names[i]!.charCodeAt(0) === COLON) return new Malformed("A pseudo-field in trailers");
    const wrong = checkField(names[i]!, values[i]!);
    if (wrong !== undefined) return new Malformed(wrong);
  }
  return undefined;
}

function readFields(names: readonly string[], values: readonly string[]): Fields | Malformed {
  const fields: Fields = {
    pseudo: [undefined, undefined, undefined, undefined, undefined],
    // The place of Host.
    names: ["host"],
    values: [""],
    host: undefined,
    length: undefined,
    expect: undefined,
  };
  let isRegular = false, cookie = -1;
  for (let i = 0; i < names.length; i++) {
    const name = names[i]!, value = values[i]!;
    if (name.charCodeAt(0) === COLON) {
      const wrong = isRegular
        ? "A pseudo-field behind other fields"
        : addPseudoField(fields.pseudo, name, value);
      if (wrong !== undefined) return new Malformed(wrong);
      continue;
    }
    isRegular = true;
    const wrong = checkField(name, value) ?? takeMeaning(fields, name, value);
    if (wrong !== undefined) return new Malformed(wrong);
    if (name === "host") continue;
    // Section 8.2.3: one cookie may come in several fields.
    if (name === "cookie" && cookie >= 0) fields.values[cookie] += `; ${value}`;
    else {
      if (name === "cookie") cookie = fields.names.length;
      fields.names.push(name);
      fields.values.push(value);
    }
  }
  return fields;
}

function addPseudoField(pseudo: PseudoFields, name: string, value: string): string | undefined {
  const place = PSEUDO_FIELD_NAMES.indexOf(name);
  if (place < 0) return "An unknown pseudo-field";
  if (pseudo[place] !== undefined) return `${name} is sent twice`;
  if (!isHttp2Value(value)) return `The value of ${name} has a character that no field has`;
  pseudo[place] = value;
  return undefined;
}

/** PERF: nearly all names stand in this program, or are a browser's, and are looked at letter by letter once. */
const knownNames = new Set<string>();
const MAX_KNOWN_NAMES = 256, MAX_KNOWN_LENGTH = 64;

/** Section 8.2.1: what is wrong with a field that is no pseudo-field. */
function checkField(name: string, value: string): string | undefined {
  if (!knownNames.has(name)) {
    if (!isLowerToken(name)) return "A field name is not a token in lower case";
    if (knownNames.size < MAX_KNOWN_NAMES && name.length <= MAX_KNOWN_LENGTH) knownNames.add(name);
  }
  if (!isHttp2Value(value)) return "A field value has a character that no field has";
  return isOfConnection(name, value) ? `The field ${name} is one of a connection` : undefined;
}

/** Neither control characters, nor a blank at its ends. */
function isHttp2Value(value: string): boolean {
  if (value === "") return true;
  const first = value.charCodeAt(0), last = value.charCodeAt(value.length - 1);
  return first !== SPACE && first !== TAB && last !== SPACE && last !== TAB && isFieldValue(value);
}

/** Section 8.2.2. */
function isOfConnection(name: string, value: string): boolean {
  // PERF: the length decides for nearly every field.
  switch (name.length) {
    case 2:
      return name === "te" && value.toLowerCase() !== "trailers";
    case 7:
      return name === "upgrade";
    case 10:
      return name === "connection" || name === "keep-alive";
    case 16:
      return name === "proxy-connection";
    case 17:
      return name === "transfer-encoding";
    default:
      return false;
  }
}

/** Notes the fields that say something about the message; gives what is wrong with them. */
function takeMeaning(fields: Fields, name: string, value: string): string | undefined {
  switch (name.length) {
    case 4:
      if (name !== "host") break;
      if (fields.host !== undefined) return "Host is sent twice";
      fields.host = value;
      break;
    case 6:
      if (name === "expect") {
        fields.expect = fields.expect === undefined ? value : `${fields.expect},${value}`;
      }
      break;
    case 14:
      if (name !== "content-length") break;
      if (fields.length !== undefined) return "content-length is sent twice";
      fields.length = value;
      break;
  }
  return undefined;
}

/** Section 8.3.1, section 8.5, RFC 8441 section 4. */
function checkPseudoFields(pseudo: PseudoFields, mayExtend: boolean): string | undefined {
  const method = pseudo[METHOD], scheme = pseudo[SCHEME], path = pseudo[PATH], protocol = pseudo[PROTOCOL];
  if (method === undefined) return ":method is missing";
  if (!isToken(method)) return ":method is not a token";
  if (protocol !== undefined && (method !== "CONNECT" || !mayExtend || !isToken(protocol))) {
    return ":protocol was not announced, or is not of CONNECT";
  }
  const authority = pseudo[AUTHORITY];
  if (method === "CONNECT") {
    if (!authority) return "CONNECT has no :authority";
    if (protocol === undefined) {
      return scheme === undefined && path === undefined ? undefined : "CONNECT has :scheme or :path";
    }
  }
  if (scheme === undefined) return ":scheme is missing";
  if (path === undefined) return ":path is missing";
  return path === "" ? ":path is empty" : undefined;
}

/** Section 8.1.1. */
function contentLength(
  text: string | undefined,
  endsStream: boolean,
): number | undefined | HttpError | Malformed {
  if (text === undefined) return undefined;
  if (!/^[0-9]+$/.test(text)) return new Malformed("content-length is not a number");
  const length = Number(text);
  if (!Number.isSafeInteger(length)) {
    return new HttpError(413, "Content-Length is past all that can be stored");
  }
  return endsStream && length > 0 ? new Malformed("content-length is not the length of the content") : length;
}

/** Section 8.3.1: the same host and port. */
function isSameHost(authority: string, host: string, scheme: string | undefined): boolean {
  if (authority === host) return true;
  const one = parseHost(authority), other = parseHost(host);
  if (one === undefined || other === undefined || one.host !== other.host) return false;
  const usual = scheme === "https" ? 443 : scheme === "http" ? 80 : undefined;
  return (one.port ?? usual) === (other.port ?? usual);
}

function requestOf(
  { pseudo, names, values, expect }: Fields,
  authority: string | undefined,
  length: number | undefined,
): RequestHead | HttpError {
  if (authority === undefined) return new HttpError(400, "A request has neither :authority nor Host");
  const host = normalHost(authority);
  if (host === undefined) return new HttpError(400, "The value of :authority or Host is not a host");
  const method = pseudo[METHOD]!, protocol = pseudo[PROTOCOL];
  const isTunnel = method === "CONNECT" && protocol === undefined;
  const target = isTunnel ? authority : pseudo[PATH]!;
  const parts = isTunnel ? connectTarget(target) : pathTarget(method, target, pseudo[SCHEME]!);
  if (parts instanceof HttpError) return parts;
  values[0] = authority;
  return {
    method,
    target,
    form: parts.form as RequestHead["form"],
    path: parts.path,
    query: parts.query,
    host,
    fields: new FieldBlock(names, values),
    length,
    expectsContinue: expect !== undefined && expect.toLowerCase() === "100-continue",
    protocol,
  };
}

function connectTarget(target: string): RequestTarget | HttpError {
  const authority = parseHost(target);
  if (authority?.port === undefined) return new HttpError(400, "CONNECT wants host and port as its target");
  return { form: "authority", path: "", query: undefined, host: authority.host };
}

function pathTarget(method: string, path: string, scheme: string): RequestTarget | HttpError {
  if (scheme !== "https" && scheme !== "http") {
    return new HttpError(400, "The scheme is neither http nor https");
  }
  for (let i = 0; i < path.length; i++) {
    if (TARGET[path.charCodeAt(i)] !== 1) {
      return new HttpError(400, "The request target has a character that no URI has");
    }
  }
  if (path.startsWith("/")) return parseRequestTarget(method === "CONNECT" ? "GET" : method, path);
  if (path === "*" && method === "OPTIONS") return parseRequestTarget(method, path);
  return new HttpError(400, "The request target is of no known form");
}

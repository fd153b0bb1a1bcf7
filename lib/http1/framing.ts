/**
 * What the fields say about the message itself: how long its body is, whether the connection stays, which host is
 * meant (RFC 9112 sections 3.2, 6.3 and 9.3, RFC 9110 section 10.1.1).
 *
 * @module
 */
import { TCHAR } from "../bytes/ascii.ts";
import { withoutBlanks } from "../bytes/blanks.ts";
import type { FieldBlock } from "../http/fields.ts";
import { HttpError } from "../http/errors.ts";

/** The body of a request. */
export type BodyFraming =
  | { readonly kind: "none" }
  | { readonly kind: "length"; readonly length: number }
  | { readonly kind: "chunked" };

const NONE: BodyFraming = { kind: "none" };
const CHUNKED: BodyFraming = { kind: "chunked" };

/** What messageSemantics() found. */
export interface MessageSemantics {
  /** The value of Host, unchecked; undefined only in HTTP/1.0. */
  readonly host: string | undefined;
  readonly body: BodyFraming;
  /** The client wants the connection to stay after this exchange. */
  readonly keepAlive: boolean;
  /** The client waits for `100 Continue` before it sends the body. */
  readonly expectsContinue: boolean;
  /** What the client wants to speak instead (RFC 9110 section 7.8). */
  readonly upgrade: string | undefined;
}

/**
 * Reads the framing fields in one pass.
 *
 * @param minor 0 or 1, of the request's HTTP version
 * @throws {HttpError} 400 or 501
 */
export function messageSemantics(minor: number, fields: FieldBlock): MessageSemantics {
  let hosts = 0;
  let host: string | undefined, length: string | undefined, codings: string | undefined;
  let connection: string | undefined, expect: string | undefined, upgrade: string | undefined;
  const { names, values } = fields;
  // PERF: a switch on the length decides for nearly every field without folding its name.
  for (let i = 0; i < names.length; i++) {
    const name = names[i]!;
    switch (name.length) {
      case 4:
        if (name.toLowerCase() === "host") hosts++, host = values[i];
        break;
      case 6:
        if (name.toLowerCase() === "expect") expect = append(expect, values[i]!);
        break;
      case 7:
        if (name.toLowerCase() === "upgrade") upgrade = append(upgrade, values[i]!);
        break;
      case 10:
        if (name.toLowerCase() === "connection") connection = append(connection, values[i]!);
        break;
      case 14:
        if (name.toLowerCase() === "content-length") {
          if (length !== undefined) throw new HttpError(400, "Content-Length is sent twice");
          length = values[i];
        }
        break;
      case 17:
        if (name.toLowerCase() === "transfer-encoding") codings = append(codings, values[i]!);
        break;
    }
  }
  if (hosts > 1 || (hosts === 0 && minor === 1)) {
    throw new HttpError(400, hosts === 0 ? "A request of HTTP/1.1 has no Host" : "Host is sent twice");
  }
  return {
    host,
    body: bodyFraming(minor, length, codings),
    keepAlive: connection === undefined ? minor === 1 : wantsKeepAlive(minor, connection),
    expectsContinue: minor === 1 && expect !== undefined && expect.toLowerCase() === "100-continue",
    // In HTTP/1.0 it is ignored, and so is one that a hop before us has passed on without meaning it.
    upgrade: minor === 1 && upgrade && connection !== undefined && members(connection).includes("upgrade")
      ? upgrade
      : undefined,
  };
}

/** One more line of a field that may be sent as several. */
export function append(list: string | undefined, value: string): string {
  return list === undefined ? value : `${list},${value}`;
}

/** RFC 9112 section 6.3, for requests. Its steps 1 and 2 are about responses. */
function bodyFraming(minor: number, length: string | undefined, codings: string | undefined): BodyFraming {
  const declared = declaredFraming(minor, length, codings);
  // 7. No body at all.
  return declared === undefined || declared.kind === "length" && declared.length === 0 ? NONE : declared;
}

/**
 * Steps 3 to 6 of RFC 9112 section 6.3, which are the same for requests and responses: what the fields say; undefined
 * where they say nothing.
 *
 * @param minor 0 or 1, of the message's HTTP version
 * @param length the value of Content-Length
 * @param codings all values of Transfer-Encoding
 * @throws {HttpError} 400, 413 or 501
 */
export function declaredFraming(
  minor: number,
  length: string | undefined,
  codings: string | undefined,
): BodyFraming | undefined {
  // 3. Both fields: an attempt at request smuggling.
  if (codings !== undefined && length !== undefined) {
    throw new HttpError(400, "Content-Length and Transfer-Encoding are both sent");
  }
  // 4. A transfer coding.
  if (codings !== undefined) {
    if (minor === 0) throw new HttpError(400, "Transfer-Encoding in HTTP/1.0");
    return transferCoding(codings);
  }
  if (length === undefined) return undefined;
  // 5. and 6. A length, which must be one number.
  if (!/^[0-9]+$/.test(length)) throw new HttpError(400, "Content-Length is not a number");
  const value = Number(length);
  if (!Number.isSafeInteger(value)) throw new HttpError(413, "Content-Length is past all that can be stored");
  return { kind: "length", length: value };
}

/** A transfer coding with its parameters, which are of no interest (RFC 9112 section 7). */
const CODING = new RegExp(`^[${TCHAR}]+(?:[ \\t]*;.*)?$`);

/** The members of a list, in lower case (RFC 9110 section 5.6.1). */
export function members(list: string): string[] {
  return list.toLowerCase().split(",").map(withoutBlanks);
}

function transferCoding(codings: string): BodyFraming {
  const names = members(codings);
  if (names.length === 1 && names[0] === "chunked") return CHUNKED;
  for (const name of names) {
    if (!CODING.test(name)) {
      throw new HttpError(400, "Transfer-Encoding breaks its grammar");
    }
    if (name.split(/[ \t;]/, 1)[0] !== "chunked") {
      throw new HttpError(501, "A transfer coding other than chunked");
    }
  }
  throw new HttpError(400, "The chunked coding has parameters or is applied twice");
}

/**
 * RFC 9112 section 9.3.
 *
 * @param connection all values of Connection
 */
export function wantsKeepAlive(minor: number, connection: string): boolean {
  // PERF: what most browsers send.
  if (connection === "keep-alive") return true;
  const options = members(connection);
  if (options.includes("close")) return false;
  return minor === 1 || options.includes("keep-alive");
}

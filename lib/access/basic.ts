/**
 * The Basic scheme (RFC 7617): names and passwords as clients send them, and the challenge that asks for them. Both are UTF-8,
 * as the challenge says.
 *
 * @module
 */
import { encodeLatin1 } from "../bytes/latin1.ts";

/** A name and a password that may be any. */
export interface Credentials {
  readonly name: string;
  readonly password: string;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Characters of the encoded credentials, at most: no hash takes more, and a longer one is only work. */
const LONGEST = 2048;

/** True where a value of Authorization is of this scheme, well-formed or not. */
export function isBasic(authorization: string): boolean {
  return /^basic(?: |$)/i.test(authorization);
}

/** What a value of Authorization says; undefined for another scheme, and for what is malformed. */
export function parseBasic(authorization: string): Credentials | undefined {
  // RFC 9110 section 11.2: token68.
  const [, encoded] = /^basic +([A-Za-z0-9+/]*={0,2})[ \t]*$/i.exec(authorization) ?? [];
  if (encoded === undefined || encoded.length > LONGEST) return undefined;
  const text = decode(encoded), colon = text?.indexOf(":") ?? -1;
  // RFC 7617 section 2: no control characters in either.
  // deno-lint-ignore no-control-regex
  if (text === undefined || colon < 0 || /[\x00-\x1f\x7f]/.test(text)) return undefined;
  return { name: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** What is no UTF-8 is taken for ISO 8859-1, as old clients send it: two spellings of it are one password then. */
function decode(base64: string): string | undefined {
  let binary: string;
  try {
    binary = atob(base64);
  } catch {
    return undefined;
  }
  try {
    return utf8.decode(encodeLatin1(binary));
  } catch {
    return binary;
  }
}

const encoder = new TextEncoder();

/** The value of WWW-Authenticate for a realm (RFC 7617 section 2.1). */
export function challenge(realm: string): string {
  const bytes = String.fromCharCode(...encoder.encode(realm));
  return `Basic realm="${bytes.replace(/["\\]/g, "\\$&")}", charset="UTF-8"`;
}

/**
 * Passwords and the like in texts of several kinds, with a mask in their place: what is not a secret stays as it is, to
 * the letter. Texts may be cut anywhere.
 *
 * @module
 */
import { isSensitive, MASK } from "./sensitive.ts";

/** Parameters of a query, or of a form (application/x-www-form-urlencoded). */
export function maskParameters(text: string): string {
  return text.split("&").map((parameter) => {
    const at = parameter.indexOf("=");
    if (at < 0 || at === parameter.length - 1) return parameter;
    return isSensitive(decoded(parameter.slice(0, at))) ? parameter.slice(0, at + 1) + MASK : parameter;
  }).join("&");
}

/** A name as it is meant. What breaks its encoding is taken as it stands. */
function decoded(name: string): string {
  try {
    return decodeURIComponent(name.replaceAll("+", " "));
  } catch {
    return name;
  }
}

/** User information and the query of a URL or of a path. */
export function maskUrl(url: string): string {
  const [, before = "", query] = /^([^?#]*)(?:\?([^#]*))?/s.exec(url)!;
  const rest = url.slice(before.length + (query === undefined ? 0 : query.length + 1));
  const masked = before.replace(/^([a-z][a-z0-9+.-]*:)?(\/\/)[^/]*@/i, `$1$2${MASK}@`);
  return masked + (query === undefined ? "" : `?${maskParameters(query)}`) + maskFragment(rest);
}

/** Some hand tokens on in a fragment, as OAuth 2.0 does (RFC 6749 section 4.2.2). */
function maskFragment(fragment: string): string {
  return fragment.startsWith("#") ? `#${maskParameters(fragment.slice(1))}` : fragment;
}

/** What looks like a URL's user information or a parameter, anywhere in a text. */
export function maskFreeText(text: string): string {
  return text
    .replace(/([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@"'<>]{1,500}@/gi, `$1${MASK}@`)
    .replace(
      /([?&;#\s"']|^)([\w.%[\]-]{1,100})=([^\s&;#"'<>]+)/g,
      (whole, before: string, name: string) =>
        isSensitive(decoded(name)) ? `${before}${name}=${MASK}` : whole,
    );
}

const STRING = /"(?:[^"\\]|\\.)*"?/sy;
const SCALAR = /[^\s,}\]]+/y;
const COLON = /\s*:\s*/y;

/** Members of JSON, of several values in a row as well. What is behind a cut is not looked for. */
export function maskJson(text: string): string {
  let masked = "", at = 0;
  while (at < text.length) {
    const quote = text.indexOf('"', at);
    if (quote < 0) break;
    const name = match(STRING, text, quote)!;
    const nameEnd = quote + name.length, colon = match(COLON, text, nameEnd);
    masked += text.slice(at, nameEnd);
    at = nameEnd;
    if (colon === undefined || !isSensitive(unquoted(name))) continue;
    const start = nameEnd + colon.length, end = valueEnd(text, start);
    if (end === start) continue;
    masked += `${colon}"${MASK}"`;
    at = end;
  }
  return masked + text.slice(at);
}

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

function unquoted(name: string): string {
  try {
    return String(JSON.parse(name));
  } catch {
    return name;
  }
}

/** Where a value ends: the end of the text where it is cut. */
function valueEnd(text: string, start: number): number {
  const first = text[start];
  if (first === '"') return start + match(STRING, text, start)!.length;
  if (first !== "{" && first !== "[") return start + (match(SCALAR, text, start)?.length ?? 0);
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const character = text[at];
    if (character === '"') at += match(STRING, text, at)!.length - 1;
    else if (character === "{" || character === "[") depth++;
    else if ((character === "}" || character === "]") && --depth === 0) return at + 1;
  }
  return text.length;
}

/** Parts of a form (multipart/form-data, RFC 7578). @param boundary as the media type has it */
export function maskMultipart(text: string, boundary: string): string {
  return text.split(`--${boundary}`).map((part) => {
    const end = part.indexOf("\r\n\r\n");
    const name = end < 0 ? undefined : /\bname="([^"\r\n]*)"|\bname=([^;\s]+)/i.exec(part.slice(0, end));
    if (!name || !isSensitive(name[1] ?? name[2]!)) return part;
    return part.slice(0, end + 4) + MASK + (part.endsWith("\r\n") ? "\r\n" : "");
  }).join(`--${boundary}`);
}

/**
 * Request paths (RFC 3986 sections 2.1, 3.3 and 5.2.4): from their encoded form to the one that may be joined to a
 * root, and back. Decoding happens once, and every check comes after it, so `%2e%2e` is caught and `%252e` stays a
 * name. Refused are: bad escapes, bytes that are not UTF-8, NUL, encoded slashes, backslashes however written, dot
 * segments that leave the root, and segments that start with a dot, `/.well-known` (RFC 8615) excepted.
 *
 * @module
 */

/** A decoded path: starts with a slash and has no empty, dot or hidden segment. */
export type DecodedPath = `/${string}`;

const SLASH = 0x2f;
const DOT = 0x2e;
const PERCENT = 0x25;
const BACKSLASH = 0x5c;

const NEVER_ENCODED = /%(?:00|2f|5c)/i;

/**
 * The path that a request means. `malformed` is a 400; `outside` is a 404 and covers hidden segments too, so that an
 * answer does not tell the one from the other.
 *
 * @param raw the path of the target, still encoded
 */
export function decodePath(raw: string): DecodedPath | "malformed" | "outside" {
  if (raw.charCodeAt(0) !== SLASH) return "malformed";
  // PERF: most paths are plain; this pass is all that they cost.
  let plain = true;
  let previous = 0;
  for (let i = 0; i < raw.length; i++) {
    const code = raw.charCodeAt(i);
    if (code <= 0x20 || code >= 0x7f || code === BACKSLASH) return "malformed";
    if (code === PERCENT || (previous === SLASH && (code === SLASH || code === DOT))) plain = false;
    previous = code;
  }
  if (plain) return raw as DecodedPath;

  const decoded = decodeOnce(raw);
  if (decoded === undefined) return "malformed";
  const normal = removeDotSegments(decoded);
  // SECURITY: only the normalised path tells which segments will be opened.
  return normal === undefined || hiddenFrom(normal) !== undefined ? "outside" : normal;
}

// SECURITY: a decoded slash would make two segments of one after the borders have been checked by others.
function decodeOnce(raw: string): string | undefined {
  if (NEVER_ENCODED.test(raw)) return undefined;
  try {
    // Refuses bad escapes, overlong forms and surrogates.
    return decodeURIComponent(raw);
  } catch {
    return undefined;
  }
}

// Empty segments go first, as for the file system and nginx: `/a//../b` is `/b`, and `//../b` leaves the root.
function removeDotSegments(path: string): DecodedPath | undefined {
  const segments: string[] = [];
  let last = "";
  for (last of path.split("/")) {
    if (last === "" || last === ".") continue;
    if (last !== "..") segments.push(last);
    else if (segments.pop() === undefined) return undefined;
  }
  if (segments.length === 0) return "/";
  const folder = last === "" || last === "." || last === "..";
  return `/${segments.join("/")}${folder ? "/" : ""}`;
}

/** Where the first segment of a decoded path begins (with its slash) that is hidden; undefined if none is. */
export function hiddenFrom(path: string): number | undefined {
  const isWellKnown = path === "/.well-known" || path.startsWith("/.well-known/");
  const start = path.indexOf("/.", isWellKnown ? 1 : 0);
  return start < 0 ? undefined : start;
}

/** A path of which only the beginning can name files of ours. */
export interface PathForProgram {
  /** Decoded. Behind `namesEnd` a segment may start with a dot, and slashes may be there that were sent as `%2F`. */
  readonly path: `/${string}`;
  /** Where the first segment begins (with its slash) that may not be a file's name. */
  readonly namesEnd: number;
  readonly hasEncodedSlash: boolean;
}

const NEVER_DECODED = /%(?:00|5c)/i;

/** Ours on every server: no program gets it. */
const OWN = ".webserv";

/**
 * What decodePath() refuses as a path to a file may still be one to a program, whose PATH_INFO is its own affair (RFC 3875
 * section 4.1.5). Undefined for what is none either: bad escapes, dot segments that leave the root or were made with
 * encoded slashes, and paths that decodePath() takes.
 */
export function decodePathForProgram(raw: string): PathForProgram | undefined {
  if (!/^\/[\x21-\x7e]*$/.test(raw) || raw.includes("\\") || NEVER_DECODED.test(raw)) return undefined;
  const segments: string[] = [];
  let last = "";
  try {
    for (last of raw.split("/").map(decodeURIComponent)) {
      if (last === "" || last === ".") continue;
      if (last !== "..") segments.push(last);
      else if (segments.pop() === undefined) return undefined;
    }
  } catch {
    return undefined;
  }
  const first = segments.findIndex((segment, index) =>
    segment.includes("/") || (segment.startsWith(".") && (index > 0 || segment !== ".well-known"))
  );
  if (first < 0 || segments[0] === OWN) return undefined;
  // SECURITY: a program that joins it to a folder of its own must not be led out of that.
  if (segments.some((segment) => /(?:^|\/)\.\.?(?:\/|$)/.test(segment))) return undefined;
  const isFolder = last === "" || last === "." || last === "..";
  return {
    path: `/${segments.join("/")}${isFolder ? "/" : ""}`,
    namesEnd: segments.slice(0, first).reduce((length, segment) => length + segment.length + 1, 0),
    hasEncodedSlash: segments.some((segment) => segment.includes("/")),
  };
}

const NEEDS_NO_ENCODING = /^\/(?!\/)[A-Za-z0-9._~!$&'()*+,;=:@/-]*$/;

/**
 * The encoded form of a decoded path, for Location and links: pchar and slashes are kept. It never starts with two
 * slashes, which would name another host, and what starts without one never looks like a scheme (`javascript:`).
 * Half a surrogate pair becomes U+FFFD.
 */
export function encodePath(decoded: string): string {
  if (NEEDS_NO_ENCODING.test(decoded)) return decoded;
  const encoded = encodeURI(decoded.toWellFormed()).replaceAll("?", "%3F").replaceAll("#", "%23");
  if (encoded.startsWith("/")) return encoded.replace(/^\/{2,}/, "/");
  const end = encoded.indexOf("/");
  const first = end < 0 ? encoded : encoded.slice(0, end);
  return first.replaceAll(":", "%3A") + encoded.slice(first.length);
}

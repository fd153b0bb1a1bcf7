/**
 * Paths that decodePath() refuses, for a location whose requests go on to another server: that one gets the path as it was
 * sent, so here it need be understood only so far as to find the location.
 *
 * @module
 */

/** A path of which only the beginning is sure. */
export interface PathForUpstream {
  /** Decoded; slashes may be there that were sent as `%2F`. Characters that are not UTF-8 are those of ISO 8859-1. */
  readonly path: `/${string}`;
  /** Where the first segment begins (with its slash) of which an upstream may make several. */
  readonly namesEnd: number;
}

/** Ours on every server: nobody else gets it. */
const OWN = ".webserv";

/**
 * Undefined for what no other server is to be told either: bad escapes, NUL, dot segments that leave the root.
 *
 * SECURITY: so are dot segments that were made with encoded slashes or backslashes. An upstream that decodes them would be
 * led to another place than the one that the location was chosen by.
 */
export function decodePathForUpstream(raw: string): PathForUpstream | undefined {
  if (!/^\/[\x21-\x7e]*$/.test(raw) || raw.includes("\\") || /%00|%(?![0-9a-f]{2})/i.test(raw)) {
    return undefined;
  }
  const segments: string[] = [];
  let last = "";
  for (last of raw.split("/").map(decodeSegment)) {
    if (last === "" || last === ".") continue;
    if (last !== "..") segments.push(last);
    else if (segments.pop() === undefined) return undefined;
  }
  if (segments[0] === OWN || segments.some((segment) => HIDDEN_DOTS.test(segment))) return undefined;
  const first = segments.findIndex((segment) => /[/\\]/.test(segment));
  const names = first < 0 ? segments : segments.slice(0, first);
  const isFolder = last === "" || last === "." || last === "..";
  return {
    path: `/${segments.join("/")}${isFolder && segments.length > 0 ? "/" : ""}`,
    namesEnd: names.reduce((length, segment) => length + segment.length + 1, 0),
  };
}

const HIDDEN_DOTS = /(?:^|[/\\])\.\.?(?:[/\\]|$)/;

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment.replace(
      /%([0-9a-f]{2})/gi,
      (_, digits: string) => String.fromCharCode(parseInt(digits, 16)),
    );
  }
}

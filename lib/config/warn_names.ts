/**
 * Names that are well-formed, and mean something else than they seem to: patterns where there are none, methods that
 * nobody knows.
 *
 * @module
 */
import { quote, type Report } from "./issues.ts";
import type { LocationSection, ServerSection } from "./schema.ts";
import { nearestWord } from "./suggestion.ts";

/** Those that are meant most often come first, then the rest of IANA's registry, and some that everybody knows. */
const METHODS: readonly string[] = [
  ..."GET HEAD POST PUT DELETE PATCH OPTIONS QUERY".split(" "),
  ..."PROPFIND PROPPATCH MKCOL COPY MOVE LOCK UNLOCK SEARCH REPORT ACL BIND UNBIND REBIND LINK UNLINK".split(
    " ",
  ),
  ..."CHECKIN CHECKOUT UNCHECKOUT UPDATE LABEL MERGE MKACTIVITY MKCALENDAR MKREDIRECTREF MKWORKSPACE".split(
    " ",
  ),
  ..."BASELINE-CONTROL VERSION-CONTROL ORDERPATCH UPDATEREDIRECTREF PRI TRACE CONNECT".split(" "),
  ..."PURGE NOTIFY SUBSCRIBE UNSUBSCRIBE M-SEARCH SOURCE".split(" "),
];

/** A segment that other servers would take for a pattern. */
const PATTERN = /[*|]|^:\w|^\{.*\}$|^\[.*\]$|\$$|^\^/;

/** Warns of a server's names and those of its locations. */
export function warnAboutNames(server: ServerSection, report: Report): void {
  warnAboutMethods(server, report);
  for (const [{ path, match }, location, node] of server.values.locations ?? []) {
    warnAboutMethods(location, report);
    const segments = path.split("/");
    const at = segments.findIndex((segment) => PATTERN.test(segment));
    if (at < 0) continue;
    const folder = `${segments.slice(0, at).join("/")}/`;
    const rest = match === "exact" ? "" : `; ${quote(folder)} is everything below it`;
    report(node, `there are no patterns: only paths that have ${quote(segments[at]!)} in them match${rest}`);
  }
}

/** Methods may be anybody's own, but mostly such a one is a slip. */
function warnAboutMethods(section: ServerSection | LocationSection, report: Report): void {
  for (const method of section.values.allowed_methods ?? []) {
    if (METHODS.includes(method)) continue;
    const meant = nearestWord(method, METHODS);
    report(
      section.at("allowed_methods")!,
      `${quote(method)} is no registered method: ${
        meant === undefined ? "is it one of your own?" : `did you mean ${quote(meant)}?`
      }`,
    );
  }
}

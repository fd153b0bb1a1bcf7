/**
 * Names that are well-formed, and mean something else than they seem to: patterns where there are none.
 *
 * @module
 */
import { quote, type Report } from "./issues.ts";
import type { ServerSection } from "./schema.ts";

/** A segment that other servers would take for a pattern. */
const PATTERN = /[*|]|^:\w|^\{.*\}$|^\[.*\]$|\$$|^\^/;

/** Warns of the paths of a server's locations. */
export function warnAboutNames(server: ServerSection, report: Report): void {
  for (const [{ path, match }, , node] of server.values.locations ?? []) {
    const segments = path.split("/");
    const at = segments.findIndex((segment) => PATTERN.test(segment));
    if (at < 0) continue;
    const folder = `${segments.slice(0, at).join("/")}/`;
    const rest = match === "exact" ? "" : `; ${quote(folder)} is everything below it`;
    report(node, `there are no patterns: only paths that have ${quote(segments[at]!)} in them match${rest}`);
  }
}

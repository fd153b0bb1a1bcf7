/**
 * Methods that are allowed and that nobody knows, or that nothing answers where they are allowed: those are refused all
 * the same.
 *
 * @module
 */
import { quote, type Report } from "./issues.ts";
import { hasStore } from "./places.ts";
import type { LocationSection, ServerSection } from "./schema.ts";
import { nearestWord } from "./suggestion.ts";
import type { LocationConfig, ServerConfig } from "./types.ts";

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

/** Those that files and stores take. */
const OF_FILES: readonly string[] = ["GET", "HEAD"];
const OF_STORES: readonly string[] = [...OF_FILES, ..."POST PUT DELETE PATCH MKCOL COPY MOVE".split(" ")];
const OF_DAV: readonly string[] = [...OF_STORES, ..."PROPFIND PROPPATCH LOCK UNLOCK".split(" ")];

/** Warns of the methods that a server and its locations allow. @param server what was decoded from the section */
export function warnAboutMethods(server: ServerConfig, section: ServerSection, report: Report): void {
  const locations = section.values.locations ?? [];
  const inheriting = server.locations.filter((_, index) =>
    locations[index]![1].at("allowed_methods") === undefined
  );
  checkMethods(section, [server.fallback, ...inheriting], report);
  for (const [index, [, own]] of locations.entries()) checkMethods(own, [server.locations[index]!], report);
}

/** @param places where these methods are allowed */
function checkMethods(
  section: ServerSection | LocationSection,
  places: readonly LocationConfig[],
  report: Report,
): void {
  for (const method of section.values.allowed_methods ?? []) {
    const isRegistered = METHODS.includes(method),
      meant = isRegistered ? undefined : nearestWord(method, METHODS);
    const isAnswered = places.some((place) => answers(place, method));
    if (isRegistered && isAnswered) continue;
    const message = meant !== undefined
      ? `is no registered method: did you mean ${quote(meant)}?`
      : isAnswered
      ? "is no registered method: is it one of your own?"
      : `is refused all the same: nothing here answers it (${whoWould(method)})`;
    report(section.at("allowed_methods")!, `${quote(method)} ${message}`);
  }
}

/** Programs and other servers may know whatever method; a return answers all that are let through. */
function answers(location: LocationConfig, method: string): boolean {
  const { answer, programs, proxy, store } = location;
  const { cgi, cgiScript, fastcgi, fastcgiPass } = programs;
  if ((answer.return ?? proxy.proxyPass ?? cgi ?? cgiScript ?? fastcgi ?? fastcgiPass) !== undefined) {
    return true;
  }
  const known = !hasStore(location) ? OF_FILES : store.dav ? OF_DAV : OF_STORES;
  return known.includes(method);
}

function whoWould(method: string): string {
  return OF_STORES.includes(method)
    ? "an upload_store, a program or another server would"
    : OF_DAV.includes(method)
    ? "an upload_store with dav, a program or another server would"
    : "only a program or another server could";
}

/**
 * Pages of errors that are never sent: for a status that nothing here answers, or at a path that answers with something
 * else. Only what is certain is said; whether a page is there is looked at in check_outside.ts.
 *
 * @module
 */
import { isMap } from "./decoder.ts";
import { type Position, quote, type Report } from "./issues.ts";
import { type ErrorCode, parseErrorCodes } from "./names.ts";
import { hasStore, locationOf } from "./places.ts";
import type { LocationSection, ServerSection } from "./schema.ts";
import type { LocationConfig, Return, ServerConfig } from "./types.ts";

/** Of requests that are refused before anything answers them (lib/site/gates.ts), and of what goes wrong in the server. */
const REFUSED: readonly number[] = [405, 413, 417, 500, 501];
/** Of paths that mean nothing; they fall into the server itself. */
const WITHOUT_PATH: readonly number[] = [400, 404];
const OF_FILES: readonly number[] = [403, 404, 412, 416, 503];
const OF_STORES: readonly number[] = [400, 403, 404, 408, 409, 412, 503, 507];
/** Those that another server did not send. */
const OF_PROXIES: readonly number[] = [400, 408, 502, 503, 504];
/** Where it is not known yet which server and location are meant. */
const BEFORE_ALL: readonly number[] = [414, 421, 431, 505];

/** Warns of the pages that a server and its locations name. @param server what was decoded from the section */
export function warnAboutErrorPages(server: ServerConfig, section: ServerSection, report: Report): void {
  new PageCheck(server, report).check(section, [server.fallback, ...server.locations]);
  for (const [index, [, own]] of (section.values.locations ?? []).entries()) {
    new PageCheck(server, report).check(own, [server.locations[index]!]);
  }
}

class PageCheck {
  constructor(readonly server: ServerConfig, readonly report: Report) {}

  /** @param places that have these pages */
  check(section: ServerSection | LocationSection, places: readonly LocationConfig[]): void {
    const entries = section.at("error_page")?.value;
    if (entries === undefined || !isMap(entries)) return;
    for (const [key, node] of entries) {
      const codes = parseErrorCodes(key), never = this.#whyNever(codes, places);
      if (never !== undefined) this.report(node, never);
      else this.#checkPage(node, node.text, codes);
    }
  }

  /** Why none of the codes is ever answered. */
  #whyNever(codes: readonly ErrorCode[], places: readonly LocationConfig[]): string | undefined {
    const isPossible = (code: ErrorCode) =>
      typeof code !== "number" ||
      places.some((place) => mayAnswer(place, code, place === this.server.fallback));
    if (codes.some(isPossible)) return undefined;
    const statuses = codes.join(", ");
    if (codes.every((code) => Number(code) < 400)) {
      return `this page is never sent: ${statuses} is no error, pages are for those from 400 on`;
    }
    if (codes.every((code) => BEFORE_ALL.includes(Number(code)))) {
      return `this page is never sent: ${statuses} is answered before it is known which server is meant`;
    }
    const passed = places.every(({ proxy }) => proxy.proxyPass !== undefined)
      ? " itself, and what the other server answers passes as it is"
      : "";
    return `this page is never sent: nothing here answers ${statuses}${passed}`;
  }

  #checkPage(position: Position, page: string, codes: readonly ErrorCode[]): void {
    const location = locationOf(this.server, page);
    const { answer, programs, proxy } = location;
    const never = (why: string) => this.report(position, `the page ${quote(page)} is never sent: ${why}`);
    const place = location === this.server.fallback ? "its server" : `its location ${quote(location.key)}`;
    if (answer.return !== undefined) {
      const { status } = answer.return;
      const isPage = status === 200 ||
        ("body" in answer.return && codes.some((code) => covers(code, status)));
      if (!isPage) never(`${place} returns ${status} in its place`);
      return;
    }
    if ((programs.cgiScript ?? programs.fastcgiPass ?? proxy.proxyPass) !== undefined) return;
    const segments = page.split("/").slice(1);
    const hidden = segments.find((segment, index) =>
      segment.startsWith(".") && !(index === 0 && segment === ".well-known")
    );
    if (hidden !== undefined) never(`${quote(hidden)} starts with a dot, and such files are not there`);
    else if (programs.cgiOnly && !namesProgram(location, segments)) {
      never(`${place} has cgi_only, and it is no program`);
    }
  }
}

/** True if a location may come to an error of this status by itself. */
function mayAnswer(location: LocationConfig, code: number, isFallback: boolean): boolean {
  const { answer, programs, proxy, files } = location;
  if (code < 400) return false;
  if (REFUSED.includes(code) || (isFallback && WITHOUT_PATH.includes(code))) return true;
  if (answer.return !== undefined) {
    return (answer.return.status === code && !("body" in answer.return)) ||
      // Where what the client sent cannot be part of it.
      (code === 400 && hasVariables(answer.return));
  }
  if (proxy.proxyPass !== undefined) return OF_PROXIES.includes(code);
  // A program that names an error and says nothing gets the page.
  const { cgi, cgiScript, fastcgi, fastcgiPass } = programs;
  if ((cgi ?? cgiScript ?? fastcgi ?? fastcgiPass) !== undefined) return true;
  return OF_FILES.includes(code) || files.tryFiles?.last === code ||
    (files.bucket !== undefined && OF_PROXIES.includes(code)) ||
    (hasStore(location) && OF_STORES.includes(code));
}

function hasVariables(answer: Return): boolean {
  return ("location" in answer && typeof answer.location !== "string") ||
    ("body" in answer && typeof answer.body !== "string");
}

function covers(code: ErrorCode, status: number): boolean {
  return code === status || code === `${Math.floor(status / 100)}xx`;
}

/** Behind a program's name stands its PATH_INFO. */
function namesProgram({ programs: { cgi, fastcgi } }: LocationConfig, segments: readonly string[]): boolean {
  const extensions = Object.keys({ ...cgi, ...fastcgi });
  return extensions.length === 0 || extensions.includes("*") ||
    segments.some((segment) => extensions.includes(segment.slice(segment.lastIndexOf("."))));
}

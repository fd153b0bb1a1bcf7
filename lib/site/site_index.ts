/**
 * The list of the sites that a server has a folder for.
 *
 * @module
 */
import { putLabel } from "../config/host_label.ts";
import { HttpError } from "../http/errors.ts";
import { FieldBlock } from "../http/fields.ts";
import { parseHost } from "../http/host.ts";
import { isLocalClient } from "../http/local_client.ts";
import { type Outcome, schemeOf } from "../http/message.ts";
import { type ErrorType, errorTypeFor } from "../pages/error_type.ts";
import { NOT_FRAMED } from "../pages/framing.ts";
import type { Exchange } from "./exchange.ts";
import { isLabel, type SiteNames } from "./site_names.ts";

const FIELDS: Readonly<Record<ErrorType, FieldBlock>> = {
  "text/plain": fieldsFor("text/plain; charset=utf-8"),
  "text/html": fieldsFor("text/html; charset=utf-8").append(...NOT_FRAMED),
  "application/json": fieldsFor("application/json"),
};

function fieldsFor(contentType: string): FieldBlock {
  return FieldBlock.of(["Content-Type", contentType], ["Cache-Control", "no-cache"], ["Vary", "Accept"]);
}

const READ_ONLY = new HttpError(405, undefined, { fields: FieldBlock.of(["Allow", "GET, HEAD, OPTIONS"]) });

const NOT_HERE = new HttpError(404, "no site is named", {
  hint: "This address has the list of the sites, at / alone: each site has a name of its own.",
});

const NOT_LISTED = new HttpError(404, "no site is named, and autoindex is off");

const encoder = new TextEncoder();

/** Answers what is asked of the host that all sites are below. @param first the folder's name, with the variable in it */
export function answerSiteIndex(
  exchange: Exchange,
  names: SiteNames,
  first: string,
): Outcome | Promise<Outcome> {
  const { request, path, location } = exchange;
  const domain = names.domainFor(request.host);
  if (path !== "/" || exchange.errorPage !== undefined || domain === undefined) return NOT_HERE;
  if (request.method !== "GET" && request.method !== "HEAD") return READ_ONLY;
  if (!location.config.files.autoindex && !isLocalClient(request)) return NOT_LISTED;
  return listSites(exchange, domain, first);
}

/** @throws {FileError} */
async function listSites(exchange: Exchange, domain: string, first: string): Promise<Outcome> {
  const { request, location, trace } = exchange, { origin } = location;
  if (origin === undefined) return NOT_HERE;
  trace?.answeredBy({ kind: "listing", path: origin.root });
  const entries = await origin.list("", (name) => !name.startsWith("."));
  const { port } = parseHost(request.fields.get("host") ?? "") ?? {};
  const behind = `.${domain}${port === undefined ? "" : `:${port}`}/`;
  const named = entries.filter(({ kind }) => kind === "directory").map(({ name, modified }) => {
    const label = labelIn(name, first);
    return { name, modified, url: label && `${schemeOf(request)}://${label}${behind}` };
  });
  const type = errorTypeFor(request.fields.joined("accept"));
  const { siteList } = await import("../pages/sites_page.ts");
  const isElsewhere = domain === "localhost" && !isLocalClient(request);
  return { status: 200, fields: FIELDS[type], body: encoder.encode(siteList(named, type, isElsewhere)) };
}

/** The label with which a folder's name is asked for; undefined where there is none. */
function labelIn(name: string, first: string): string | undefined {
  const [before, behind] = putLabel(first.slice(1), "\0").split("\0");
  const label = name.slice(before!.length, name.length - behind!.length);
  return isLabel(label) && putLabel(first.slice(1), label) === name ? label : undefined;
}

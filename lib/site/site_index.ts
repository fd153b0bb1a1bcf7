/**
 * The list of the sites that a server has a folder for.
 *
 * @module
 */
import { labelIn } from "../config/host_label.ts";
import type { DiskOrigin } from "../disk/disk_origin.ts";
import { HttpError } from "../http/errors.ts";
import { FieldBlock } from "../http/fields.ts";
import { parseHost } from "../http/host.ts";
import { isLocalClient } from "../http/local_client.ts";
import { type Outcome, schemeOf } from "../http/message.ts";
import { type ErrorType, errorTypeFor } from "../pages/error_type.ts";
import { NOT_FRAMED } from "../pages/framing.ts";
import type { Exchange } from "./exchange.ts";
import type { SiteNames } from "./site_names.ts";

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

/** Where sites are. */
export interface SiteFolders {
  readonly origin: DiskOrigin;
  /** What a site's folder is called there, with the variable in it. */
  readonly first: string;
  /** The file's word of the key that names it. */
  readonly key: string;
}

/** Answers what is asked of the host that all sites are below. */
export function answerSiteIndex(
  exchange: Exchange,
  names: SiteNames,
  folders: SiteFolders,
): Outcome | Promise<Outcome> {
  const { request, path, location } = exchange;
  const domain = names.domainFor(request.host);
  if (path !== "/" || exchange.errorPage !== undefined || domain === undefined) return NOT_HERE;
  if (request.method !== "GET" && request.method !== "HEAD") return READ_ONLY;
  if (!location.config.files.autoindex && !isLocalClient(request)) return NOT_LISTED;
  return listSites(exchange, domain, folders);
}

/** @throws {FileError} */
async function listSites(
  { request, trace }: Exchange,
  domain: string,
  { origin, first }: SiteFolders,
): Promise<Outcome> {
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

/**
 * Requests that pages of other origins send.
 *
 * @module
 */
import { HttpError } from "../http/errors.ts";
import type { Request } from "../http/message.ts";

/**
 * True if a page of another origin sends the request. A form of any page that somebody visits may post to this machine,
 * without being asked; only browsers send these fields, and no page can forge them (the Fetch standard, section 3.2).
 * What the browser says itself counts: a proxy may have changed Host. To addresses without TLS that are none of this
 * machine it says nothing (Fetch Metadata, section 2), and its Origin must do.
 */
export function isForeign({ fields }: Pick<Request, "fields">): boolean {
  const site = fields.joined("sec-fetch-site");
  // "none" is no page at all, but the user.
  if (site !== undefined) return site !== "same-origin" && site !== "none";
  const origin = fields.get("origin");
  if (origin === undefined) return false;
  const authority = /^https?:\/\/([^/]+)$/i.exec(origin)?.[1];
  return authority?.toLowerCase() !== fields.get("host")?.toLowerCase();
}

/** The answer to one that writes. */
export function fromElsewhere({ fields }: Pick<Request, "fields">): HttpError {
  const origin = fields.get("origin"), site = fields.get("sec-fetch-site");
  const page = `a page of ${origin ?? "another origin"}${site === undefined ? "" : ` (${site})`}`;
  return new HttpError(403, undefined, {
    log: `${page} may not write to ${fields.get("host") ?? "this host"}: cors is off`,
    hint: "A page of another origin has sent this, and may not write here unless cors is on.",
  });
}

/**
 * The page that lists sites, each of which is a folder. Names come from the disk, so each is escaped.
 *
 * @module
 */
import { escape } from "@std/html";
import type { ErrorType } from "./error_type.ts";
import { NO_ICON } from "./icon.ts";
import { BASE_STYLE } from "./style.ts";

/** A folder that may be a site. */
export interface ListedSite {
  readonly name: string;
  /** Undefined: no address can have this name. */
  readonly url: string | undefined;
  /** Milliseconds since the epoch. */
  readonly modified: number | undefined;
}

const STYLE = BASE_STYLE + `
main{max-width:46rem;margin:0 auto;padding:2.5rem 1.25rem 4rem}
h1{font-size:1.35rem;font-weight:600;margin:0}p{margin:.35rem 0 0;text-wrap:pretty}.dim{color:var(--dim);font-size:.9rem}
ul{list-style:none;margin:1.75rem 0 0;padding:0;border-top:1px solid var(--line)}
li{border-bottom:1px solid var(--line)}
a,li>span{display:flex;flex-wrap:wrap;align-items:baseline;gap:0 1rem;padding:.7rem .25rem;color:inherit;text-decoration:none}
b{flex:1;min-width:min(100%,12rem);font-weight:500;overflow-wrap:anywhere;unicode-bidi:isolate}a b{color:var(--key)}
small{color:var(--dim);font-size:.85rem;overflow-wrap:anywhere;font-variant-numeric:tabular-nums}
a:hover{background:color-mix(in srgb,var(--key) 6%,transparent)}a:hover b{text-decoration:underline}
a:focus-visible{outline:2px solid var(--key);outline-offset:-2px;border-radius:3px}
li>span b{color:var(--dim);font-weight:400}@media(max-width:40rem){main{padding-top:1.5rem}b{flex-basis:100%}}
.empty{padding:2.5rem 0;text-align:center;color:var(--dim)}code{font:.85em ui-monospace,monospace}
`;

const collator = new Intl.Collator("en", { numeric: true });

/**
 * The sites in the form that a client takes: a page, JSON, or a line with each address.
 *
 * @param isElsewhere whoever asks cannot open these addresses, which are those of its own machine for it
 */
export function siteList(folders: readonly ListedSite[], type: ErrorType, isElsewhere: boolean): string {
  const sorted = folders.toSorted((a, b) => collator.compare(a.name, b.name) || (a.name < b.name ? -1 : 1));
  const sites = sorted.filter(({ url }) => url !== undefined);
  if (type === "text/plain") return sites.map(({ url }) => `${url}\n`).join("");
  if (type === "application/json") {
    const rows = sites.map(({ name, url, modified }) => ({ name, url, modified: isoTime(modified) }));
    return `${JSON.stringify(rows, undefined, 1)}\n`;
  }
  return page(sorted, sites.length, isElsewhere);
}

function page(folders: readonly ListedSite[], count: number, isElsewhere: boolean): string {
  const elsewhere = isElsewhere
    ? `<p class="dim">Names below localhost lead to the machine on which they are opened: these addresses work on the server itself alone.</p>`
    : "";
  const nameless = folders.filter(({ url }) => url === undefined);
  const shown = [...folders.filter(({ url }) => url !== undefined), ...nameless];
  const list = folders.length === 0
    ? `<p class="empty">There is no folder here yet. Make one, and it is a site at once.</p>`
    : `<ul>\n${shown.map(row).join("")}</ul>`;
  return `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">${NO_ICON}<title>Sites</title>
<style>${STYLE}</style></head>
<body><main>
<h1>Sites</h1>
<p class="dim">${count === 1 ? "1 site" : `${count} sites`}: each folder is one, under its own name.</p>
${elsewhere}${list}
</main></body>
</html>
`;
}

function row({ name, url, modified }: ListedSite): string {
  const text = `<b>${displayName(name)}</b>`;
  if (url === undefined) {
    const why = name.length > 63 ? "longer than 63 letters" : "an address has a-z, 0-9 and - in it alone";
    return `<li><span>${text}<small>no site: ${why}</small></span></li>\n`;
  }
  const time = isoTime(modified);
  const day = time === undefined ? "" : `<small><time datetime="${time}">${time.slice(0, 10)}</time></small>`;
  const shown = url.replace(/^\w+:\/\//, "").replace(/\/$/, "");
  return `<li><a href="${escape(url)}">${text}<small>${escape(shown)}</small>${day}</a></li>\n`;
}

/** Undefined for a time that is none, which a broken file system may give. */
function isoTime(modified: number | undefined): string | undefined {
  const date = new Date(modified ?? NaN);
  return Number.isNaN(date.getTime()) ? undefined : `${date.toISOString().slice(0, -5)}Z`;
}

/** As in listings: nothing that would turn the direction of writing. */
function displayName(name: string): string {
  return escape(name.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, "\ufffd"));
}

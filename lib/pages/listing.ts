/**
 * The page that shows what is in a folder. Names come from the disk, where anybody may have put them, so each is escaped
 * as text and percent-encoded as a link. The page stays small for folders of ten thousand entries: a row carries one
 * class letter, and the icons come from the style sheet. It works without scripts; with them it does in place what its
 * form asks the server for.
 *
 * @module
 */
import { NO_ICON } from "./icon.ts";
import { listingBar } from "./listing/bar.ts";
import { displayName, encodeSegment } from "./listing/names.ts";
import { entryRow, type ListedEntry, PARENT_ROW, tableHead } from "./listing/rows.ts";
import { EARLY_SCRIPT, LISTING_SCRIPT } from "./listing/script.ts";
import { LISTING_STYLE } from "./listing/style.ts";
import { DEFAULT_VIEW, type ListingView } from "./listing/view.ts";

export type { ListedEntry, ToldByName } from "./listing/rows.ts";

/** What a location may add to its listings. SECURITY: none of it is escaped, so only text of our own may go in. */
export interface ListingOptions {
  /** HTML between the heading and the rows, e.g. a form for uploads. */
  readonly tools?: string;
  /**
   * HTML at the end of the bar above the rows. Its buttons are of the form `view`, which GETs the folder's own address;
   * no links, since who mirrors a folder would fetch what they lead to.
   */
  readonly actions?: string;
  /** HTML below the rows, e.g. a README. */
  readonly below?: string;
  /** CSS that goes with these. */
  readonly style?: string;
  /** Scripts that go with these, each the text of a module. There are no inline handlers: the page's policy forbids them. */
  readonly scripts?: readonly string[];
}

/** The texts of the elements that a page's policy names. */
export interface ListingParts {
  readonly styles: readonly string[];
  readonly scripts: readonly string[];
}

/** The styles and scripts that a listing with these options has. */
export function listingParts({ style = "", scripts = [] }: ListingOptions): ListingParts {
  return { styles: [LISTING_STYLE + style], scripts: [EARLY_SCRIPT, LISTING_SCRIPT, ...scripts] };
}

function breadcrumb(segments: readonly string[]): string {
  const last = segments.length;
  let href = "/";
  let html = `<a href="/"${last === 0 ? ' aria-current="page"' : ""} aria-label="Top folder">/</a>`;
  segments.forEach((segment, index) => {
    href += `${encodeSegment(segment)}/`;
    const current = index + 1 === last ? ' aria-current="page"' : "";
    html += `${index === 0 ? "" : "<i>/</i>"}<a href="${href}"${current}>${displayName(segment)}</a>`;
  });
  return html;
}

function countText(entries: readonly ListedEntry[]): string {
  const folders = entries.filter((entry) => entry.kind === "directory").length;
  const files = entries.length - folders;
  const parts = [];
  if (folders > 0) parts.push(folders === 1 ? "1 folder" : `${folders} folders`);
  if (files > 0) parts.push(files === 1 ? "1 file" : `${files} files`);
  return parts.join(", ");
}

/**
 * A complete HTML document that lists a folder, in the order given.
 *
 * @param path The folder's decoded path, e.g. `/files/two words/`
 */
export function listingPage(
  path: string,
  entries: readonly ListedEntry[],
  options: ListingOptions = {},
  view: ListingView = DEFAULT_VIEW,
): string {
  return [...listingPieces(path, entries, options, view)].join("");
}

/** The same piece by piece, about an entry each, for those who have something else to do in between. */
export function* listingPieces(
  path: string,
  entries: readonly ListedEntry[],
  options: ListingOptions,
  view: ListingView,
): Generator<string> {
  const segments = path.split("/").filter((segment) => segment !== "");
  const parent = segments.length === 0 ? "" : PARENT_ROW, isEmpty = entries.length === 0;
  yield pageHead(segments, options, view, isEmpty);
  if (parent !== "" || !isEmpty) {
    yield `<table>
${isEmpty ? "" : `<caption>${countText(entries)}</caption>\n`}${tableHead(view)}
<tbody>
${parent}`;
    for (const entry of entries) yield entryRow(entry, view.layout);
    yield `</tbody>
</table>
`;
  }
  yield pageEnd(isEmpty ? "This folder is empty." : "", options);
}

/** The page of what was found below a folder, whose rows come one by one. */
export interface ResultsPage {
  readonly head: string;
  row(entry: ListedEntry, isFirst: boolean): string;
  /** @param note why there are no more, where there may be; empty where all were found */
  end(count: number, note: string): string;
}

/** @param path The folder's decoded path */
export function resultsPage(path: string, view: ListingView): ResultsPage {
  const segments = path.split("/").filter((segment) => segment !== "");
  const found = `<p class="found">Names with “${
    displayName(view.search)
  }” in this folder and below. <a href="./">Show the folder</a></p>\n`;
  return {
    head: pageHead(segments, { tools: found }, view, false),
    row: (entry, isFirst) =>
      (isFirst ? `<table>\n${tableHead()}\n<tbody>\n` : "") + entryRow(entry, view.layout),
    end: (count, note) =>
      (count === 0 ? "" : "</tbody>\n</table>\n") +
      pageEnd(note || (count === 0 ? "Nothing was found." : ""), {}),
  };
}

/** Everything up to the rows, which stand in `#entries`: whoever puts others there sends `webserv-entries` to the document. */
function pageHead(
  segments: readonly string[],
  options: ListingOptions,
  view: ListingView,
  isEmpty: boolean,
): string {
  const title = displayName(segments.length === 0 ? "/" : `/${segments.join("/")}/`);
  const { styles: [style], scripts: [early] } = listingParts(options);
  return `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">${NO_ICON}<title>Index of ${title}</title>
<style>${style}</style></head>
<body><main class="${view.layout}"><script>${early}</script>
<nav aria-label="Path"><h1>${breadcrumb(segments)}</h1></nav>
${isEmpty ? "" : listingBar(view, options.actions ?? "")}${options.tools ?? ""}<div id="entries">
`;
}

/** Everything behind the rows. */
function pageEnd(note: string, options: ListingOptions): string {
  const [, ...scripts] = listingParts(options).scripts;
  return `${note === "" ? "" : `<p class="empty">${note}</p>\n`}</div>
${options.below ?? ""}</main>
${scripts.map((script) => `<script type="module">${script}</script>\n`).join("")}</body>
</html>
`;
}

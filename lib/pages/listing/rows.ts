/**
 * The rows of a listing: some 150 bytes besides its names for each, since there may be ten thousand of them.
 *
 * @module
 */
import type { FolderEntry } from "../../http/origin.ts";
import { formatSize } from "../size.ts";
import { iconOf } from "./icons.ts";
import { displayText, hrefOf } from "./names.ts";
import { type Column, COLUMNS, type ListingView } from "./view.ts";

/** What a file's name tells of what GET makes of it. */
export interface ToldByName {
  /** What it says of it, without parameters; undefined for a folder, and where only the content tells. */
  readonly mediaType?: string | undefined;
  /** It runs it. */
  readonly isProgram?: true;
}

/** One row of a listing. */
export interface ListedEntry extends FolderEntry, ToldByName {
  /** Of what was found below the folder: where, from the folder on, decoded, its own name at the end. */
  readonly path?: string | undefined;
}

const HEADINGS: Readonly<Record<Column, string>> = {
  name: "Name",
  type: "Type",
  size: "Size",
  modified: "Modified",
};

/**
 * Buttons, not links: who mirrors a folder is not to fetch it in every order.
 *
 * @param order that of the rows; undefined for none: what was found is shown as it is found
 */
export function tableHead(order?: Pick<ListingView, "sort" | "descending">): string {
  const cells = COLUMNS.map((column) => {
    const isSorted = column === order?.sort, direction = order?.descending ? "descending" : "ascending";
    const value = isSorted && !order?.descending ? `-${column}` : column;
    return `<th scope="col"${
      isSorted ? ` aria-sort="${direction}"` : ""
    }><button form="view" name="sort" value="${value}">${HEADINGS[column]}</button></th>`;
  });
  return `<thead><tr>${cells.join("")}</tr></thead>`;
}

/** The row that leads to the folder above. */
export const PARENT_ROW =
  `<tr class="u"><th scope="row"><a href="../">Parent folder</a></th><td></td><td></td><td></td></tr>\n`;

/** One entry. */
export function entryRow(entry: ListedEntry, layout: ListingView["layout"]): string {
  const isFolder = entry.kind === "directory", icon = iconOf(entry), href = hrefOf(entry);
  const text = `${folderOf(entry)}${displayText(entry.name)}${isFolder ? "/" : ""}`;
  // SECURITY: as a picture nothing of it runs, SVG with scripts neither.
  const picture = layout === "grid" && icon === "i" && href !== ""
    ? `<img loading="lazy" alt=""${href.replace("href", "src")}>`
    : "";
  const size = isFolder ? "<td></td>" : `<td data-n=${entry.size}>${formatSize(entry.size)}</td>`;
  return `<tr class="${icon}"><th scope="row"><a${href}>${picture}${text}</a></th>` +
    `<td>${entry.mediaType ?? ""}</td>${size}<td>${timeCell(entry.modified)}</td></tr>\n`;
}

/** Where something was found that does not lie in the folder itself. */
function folderOf({ path, name }: ListedEntry): string {
  return path === undefined || path === name
    ? ""
    : `<small>${displayText(path.slice(0, -name.length))}</small>`;
}

function timeCell(modified: number | undefined): string {
  const date = new Date(modified ?? NaN);
  // Folders of a bucket have none. A broken clock or file system may give a time that is none; the row stays, the time does not.
  if (Number.isNaN(date.getTime())) return "";
  const iso = date.toISOString();
  const day = iso.indexOf("T");
  return `<time datetime="${iso.slice(0, -5)}Z">${iso.slice(0, day)} ${
    iso.slice(day + 1, day + 6)
  } UTC</time>`;
}

/**
 * What stands above a listing's rows: the field that filters and searches, the choice of the view, and what others add.
 * It is one form that any browser can send.
 *
 * @module
 */
import { escape } from "@std/html";
import type { ListingView } from "./view.ts";

/**
 * The form, whose id is `view`.
 *
 * @param actions HTML of our own besides, e.g. buttons that fetch the folder as an archive
 */
export function listingBar({ sort, descending, layout, search }: ListingView, actions: string): string {
  const order = `${descending ? "-" : ""}${sort}`;
  const kept = (order === "name" ? "" : `<input type="hidden" name="sort" value="${order}">`) +
    (layout === "list" ? "" : `<input type="hidden" name="view" value="${layout}">`);
  const choice = (name: ListingView["layout"], label: string) =>
    `<button name="view" value="${name}" aria-pressed="${
      layout === name
    }" title="${label}" aria-label="${label}"></button>`;
  return `<form class="bar" id="view" role="search">${kept}` +
    `<input type="search" name="q" value="${
      escape(search)
    }" aria-label="Filter names; Enter searches the folders below" ` +
    `placeholder="Filter, or Enter to search" autocomplete="off" spellcheck="false">` +
    `<button>Search</button><span role="group" aria-label="View">${choice("list", "List")}${
      choice("grid", "Grid")
    }</span>${actions}</form>
`;
}

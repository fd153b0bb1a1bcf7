/**
 * How a listing is shown, as the query of its address says it: `?sort=-size&view=grid&q=holiday`. What it does not know
 * it passes over, so that an address with anything else behind its `?` still leads to the folder.
 *
 * @module
 */

/** The columns that a listing can be in the order of. */
export const COLUMNS = ["name", "type", "size", "modified"] as const;

export type Column = (typeof COLUMNS)[number];

/** How a listing is shown. */
export interface ListingView {
  readonly sort: Column;
  readonly descending: boolean;
  readonly layout: "list" | "grid";
  /** What names below the folder are to contain; empty: the folder itself is listed. */
  readonly search: string;
}

/** Where the address says nothing. */
export const DEFAULT_VIEW: ListingView = { sort: "name", descending: false, layout: "list", search: "" };

/** More of a name is no name: no file system has longer ones. */
const LONGEST_SEARCH = 255;

/**
 * Reads a query: `sort` is a column, with `-` before it for the greatest first (`order=desc` says the same), `view` is
 * `list` or `grid`, `q` is what is searched for. Of what is said twice the last one counts, as a form's buttons want it.
 */
export function viewOf(query: string | undefined): ListingView {
  // PERF: nearly every listing is asked for without one.
  if (query === undefined || query === "") return DEFAULT_VIEW;
  const parameters = new URLSearchParams(query);
  const last = (name: string) => parameters.getAll(name).at(-1) ?? "";
  const [, minus = "", named = ""] = /^(-?)(.*)$/s.exec(last("sort"))!;
  const sort = COLUMNS.find((column) => column === named);
  const search = parameters.getAll("q").at(-1)?.trim().slice(0, LONGEST_SEARCH).toWellFormed() ?? "";
  return {
    sort: sort ?? "name",
    descending: sort !== undefined && minus !== "" || last("order") === "desc",
    layout: last("view") === "grid" ? "grid" : "list",
    search,
  };
}

/** The same for every query that shows a listing in the same way. */
export function keyOfView({ sort, descending, layout }: ListingView): string {
  return `${descending ? "-" : ""}${sort} ${layout}`;
}

/**
 * The orders that a folder's entries are listed in: folders first, always.
 *
 * @module
 */
import type { ListedEntry } from "../pages/listing.ts";
import type { ListingView } from "../pages/listing/view.ts";

/** Less than 0 where the first one comes first. */
export type Comparison = (a: ListedEntry, b: ListedEntry) => number;

/** The sorts, stable ones, that have to be done one after the other. */
export function orderOf(
  { sort, descending }: Pick<ListingView, "sort" | "descending">,
): readonly Comparison[] {
  const turned = (compare: Comparison): Comparison => descending ? (a, b) => compare(b, a) : compare;
  const byName = [compareUnits, compareNames].map((compare) => withinKind(turned(compare)));
  return sort === "name" ? byName : [...byName, withinKind(turned(BY_COLUMN[sort]))];
}

const BY_COLUMN: Readonly<Record<"type" | "size" | "modified", Comparison>> = {
  type: ({ mediaType: a = "" }, { mediaType: b = "" }) => a < b ? -1 : a === b ? 0 : 1,
  size: (a, b) => a.size - b.size,
  modified: (a, b) => timeOf(a) - timeOf(b) || 0,
};

/** As in the page: what has no time is the oldest. */
function timeOf({ modified }: ListedEntry): number {
  return modified ?? 0;
}

const collator = new Intl.Collator("en", { numeric: true });

/** As a person would sort: file 2 before file 10. */
function compareNames(a: ListedEntry, b: ListedEntry): number {
  return collator.compare(a.name, b.name) || compareUnits(a, b);
}

function compareUnits(a: ListedEntry, b: ListedEntry): number {
  return a.name === b.name ? 0 : a.name < b.name ? -1 : 1;
}

function withinKind(compare: Comparison): Comparison {
  return (a, b) => a.kind === b.kind ? compare(a, b) : a.kind === "directory" ? -1 : 1;
}

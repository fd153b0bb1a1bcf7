/**
 * Puts the rows in another order, as the server would: folders first.
 *
 * @module
 */

/** The column's button says which order it stands for: `size`, `-size`. */
export function sortRows(entries, button) {
  const order = button.value, descending = order.startsWith("-"), column = order.replace("-", "");
  const body = entries.querySelector("tbody");
  const rows = [...body.querySelectorAll("tr:not(.u)")].map((row) => ({ row, ...sortKeys(row) }));
  const collator = new Intl.Collator("en", { numeric: true });
  const compare = {
    name: () => 0,
    type: (a, b) => a.type < b.type ? -1 : Number(a.type > b.type),
    size: (a, b) => a.size - b.size,
    modified: (a, b) => a.modified - b.modified,
  }[column];
  const byName = (a, b) => collator.compare(a.name, b.name) || (a.name < b.name ? -1 : 1);
  rows.sort((a, b) => a.kind - b.kind || (descending ? -1 : 1) * (compare(a, b) || byName(a, b)));
  body.append(...rows.map(({ row }) => row));
  for (const other of entries.querySelectorAll("thead button")) {
    const its = other.value.replace("-", ""), isSorted = other === button;
    other.value = isSorted && !descending ? `-${its}` : its;
    if (isSorted) other.closest("th").ariaSort = descending ? "descending" : "ascending";
    else other.closest("th").removeAttribute("aria-sort");
  }
}

/** The same for rows that others have put there, which come in the server's order. */
export function sortAgain(entries, order) {
  const column = order.replace("-", "");
  const button = [...entries.querySelectorAll("thead button")].find((its) =>
    its.value.replace("-", "") === column
  );
  if (!button) return;
  button.value = order;
  sortRows(entries, button);
}

/** What a row is sorted by. */
export function sortKeys(row) {
  const [type, size, modified] = row.querySelectorAll("td");
  return {
    kind: row.classList.contains("d") ? 0 : 1,
    name: row.querySelector("a").textContent,
    type: type.textContent,
    size: Number(size.dataset.n ?? 0),
    modified: Date.parse(modified.firstElementChild?.dateTime) || 0,
  };
}

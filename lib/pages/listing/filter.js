/**
 * Shows the rows whose names have what is typed in them.
 *
 * @module
 */

/** Letters are compared without their case, and as they look, not as they are written. */
export function foldName(name) {
  return name.normalize("NFC").toLowerCase();
}

/** Hides the rows that do not match, and gives the number of the others. The way up stays. */
export function filterRows(entries, text) {
  const wanted = foldName(text.trim());
  let shown = 0;
  for (const row of entries.querySelectorAll("tbody tr:not(.u)")) {
    row.hidden = !foldName(row.querySelector("a").textContent).includes(wanted);
    if (!row.hidden) shown++;
  }
  return shown;
}

/**
 * The list by keyboard: arrows go from name to name, space shows a file beside the list, `/` leads to the filter.
 *
 * @module
 */

/** Rows that are seen, in their order. */
export function shownRows(entries) {
  return [...entries.querySelectorAll("tbody tr:not([hidden])")];
}

/** How far a key leads; undefined for all others. In the grid, up and down go by a line of it. */
export function stepOf(key, rows, isGrid) {
  if (!isGrid) return { ArrowDown: 1, ArrowUp: -1 }[key];
  const top = rows[0]?.offsetTop;
  const perLine = Math.max(1, rows.findIndex((row) => row.offsetTop !== top));
  return { ArrowRight: 1, ArrowLeft: -1, ArrowDown: perLine, ArrowUp: -perLine }[key];
}

/** Handles keys wherever no text is typed and no dialog is open. */
export function onKey(event, { entries, main, field, pane, show }) {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === "Escape" && !document.querySelector("dialog[open]")) {
    if (pane.row()) pane.close();
    else if (event.target === field && field.value !== "") clearField(field);
    return;
  }
  if (event.target.closest("input, select, textarea, dialog, audio, video, [contenteditable], .source")) {
    return;
  }
  if (event.key === "/") {
    event.preventDefault();
    field.select();
    return;
  }
  const current = event.target.closest("#entries tr");
  if (event.key === " " && event.target.matches("#entries tbody a")) {
    event.preventDefault();
    if (pane.row() === current) pane.close();
    else show(current, false);
    return;
  }
  const rows = shownRows(entries), step = stepOf(event.key, rows, main.classList.contains("grid"));
  const from = rows.indexOf(current ?? pane.row());
  if (
    step === undefined ||
    event.target.closest("main, aside, body") !== document.body && !current && !pane.row()
  ) return;
  const next = rows[from < 0 ? 0 : from + step];
  if (!next) return;
  event.preventDefault();
  next.querySelector("a").focus();
  if (pane.row()) show(next, false);
}

/** Empties the filter, and has whoever listens to it know. */
export function clearField(field) {
  field.value = "";
  field.dispatchEvent(new Event("input"));
}

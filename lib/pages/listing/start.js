/**
 * Puts the script of a listing together.
 *
 * @module
 */
import { showLocalTimes } from "./dates.js";
import { filterRows } from "./filter.js";
import { onKey, shownRows } from "./keys.js";
import { previewPane } from "./preview.js";
import { addPreviewButton, addThumbnail, previewKind, rowWatcher } from "./rows.js";
import { sortAgain, sortRows } from "./sort.js";
import { chooseView, showView } from "./view_choice.js";

/** Runs once the page's elements are there. */
export function startListing() {
  const find = (selector) => document.querySelector(selector);
  const entries = find("#entries"), form = find("#view"), main = find("main");
  if (!form) return;
  const field = form.elements.q;
  const isGrid = () => main.classList.contains("grid");
  const watcher = rowWatcher((row) => {
    addPreviewButton(row);
    if (isGrid()) addThumbnail(row);
  });
  const watch = () => {
    watcher.disconnect();
    for (const row of entries.querySelectorAll("tbody tr")) watcher.observe(row);
  };
  const pane = previewPane((from, step) => {
    const rows = shownRows(entries).filter(previewKind), next = rows[rows.indexOf(from) + step];
    if (next) pane.show(next, false);
  });
  const show = (row, takesFocus) => {
    if (previewKind(row)) pane.show(row, takesFocus);
  };
  let order;
  const begin = () => {
    if (order) sortAgain(entries, order);
    showLocalTimes(entries);
    if (field.value !== field.defaultValue) filterRows(entries, field.value);
    if (pane.row() && !pane.row().isConnected) pane.close();
    watch();
  };
  const said = document.createElement("p");
  said.className = "said";
  said.setAttribute("role", "status");
  main.append(said);
  field.addEventListener("input", () => {
    const shown = filterRows(entries, field.value);
    said.textContent = field.value === "" ? "" : `${shown} ${shown === 1 ? "name matches" : "names match"}`;
  });
  entries.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button?.matches("thead button")) {
      event.preventDefault();
      order = button.value;
      sortRows(entries, button);
    } else if (button?.matches(".see")) show(button.closest("tr"), true);
  });
  form.addEventListener("submit", (event) => {
    const { submitter } = event;
    if (submitter?.name !== "view") return;
    event.preventDefault();
    chooseView(main, form, submitter.value);
    watch();
  });
  document.addEventListener("keydown", (event) => onKey(event, { entries, main, field, pane, show }));
  // Others have put rows in the place of those that were there.
  document.addEventListener("webserv-entries", begin);
  showView(main, form, isGrid() ? "grid" : "list");
  begin();
}

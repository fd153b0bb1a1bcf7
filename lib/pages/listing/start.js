/**
 * Puts the script of a listing together.
 *
 * @module
 */
import { showLocalTimes } from "./dates.js";
import { filterRows } from "./filter.js";
import { sortRows } from "./sort.js";

/** Runs once the page's elements are there. */
export function startListing() {
  const entries = document.querySelector("#entries"), form = document.querySelector("#view");
  if (!form) return;
  const field = form.elements.q;
  const begin = () => {
    showLocalTimes(entries);
    if (field.value !== field.defaultValue) filterRows(entries, field.value);
  };
  field.addEventListener("input", () => filterRows(entries, field.value));
  entries.addEventListener("click", (event) => {
    const button = event.target.closest("thead button");
    if (!button) return;
    event.preventDefault();
    sortRows(entries, button);
  });
  // Others have put rows in the place of those that were there.
  document.addEventListener("webserv-entries", begin);
  begin();
}

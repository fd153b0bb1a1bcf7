/**
 * Puts the inspector's page together.
 *
 * @module
 */
import { detailPane } from "./detail.js";
import { archiveAddress, fillFilters, filterQuery, filtersIn } from "./filters.js";
import { requestList } from "./list.js";
import { follow } from "./stream.js";

/** Runs once the page's elements are there. */
export function startInspector() {
  const find = (selector) => document.querySelector(selector);
  const form = find("#filters"), state = find("#state"), said = find("#said");
  let timer;
  const say = (text) => {
    said.textContent = text;
    clearTimeout(timer);
    timer = setTimeout(() => said.textContent = "", 6000);
  };
  const archive = find("nav [download]");
  fillFilters(form, location.search);
  archive.href = archiveAddress(filtersIn(form));
  const list = requestList(
    { body: find("#requests tbody"), count: find("#count"), empty: find("#empty"), hosts: find("#hosts") },
    () => filtersIn(form),
  );
  const detail = detailPane(find("#detail"), find("#edit"), say);

  const route = () => {
    const id = Number(location.hash.slice(1));
    const isOpen = Number.isSafeInteger(id) && id > 0;
    document.body.classList.toggle("open", isOpen);
    list.mark(isOpen ? id : undefined);
    if (isOpen) detail.open(id);
    else detail.close();
  };
  addEventListener("hashchange", route);

  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => {
    history.replaceState(null, "", location.pathname + filterQuery(filtersIn(form)) + location.hash);
    archive.href = archiveAddress(filtersIn(form));
    list.filter();
  });
  const pause = find("#pause");
  pause.addEventListener("click", () => {
    const isPaused = pause.getAttribute("aria-pressed") !== "true";
    pause.setAttribute("aria-pressed", String(isPaused));
    list.pause(isPaused);
  });
  find("#clear").addEventListener("click", () => list.clear());
  find("#edit [type=button]").addEventListener("click", () => find("#edit").close());

  // Up and down through the list from anywhere but where text is typed.
  addEventListener("keydown", (event) => {
    if (event.target.closest("input, select, textarea, dialog, [role=tablist], pre")) return;
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Escape") location.hash = "";
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
    const id = step === undefined ? undefined : list.beside(step);
    if (id === undefined) return;
    event.preventDefault();
    location.hash = `#${id}`;
  });

  follow(list, (kind, text) => {
    state.className = kind;
    state.textContent = text;
  });
  route();
  list.filter();
}

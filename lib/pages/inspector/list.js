/**
 * The list of requests: the newest on top, as many as the server keeps, however fast they come.
 *
 * @module
 */
import { clockTime, duration, element, statusClass, urlParts, visible } from "./dom.js";
import { passes } from "./filters.js";

/** One request as a row. Its link opens it, so that going back and marking an address work. */
export function requestRow(summary, isOpen) {
  const { id, method, url, status, duration_ms, time } = summary;
  const { host, path } = urlParts(url);
  const shown = status === 0 ? "–" : String(status);
  return element(
    "tr",
    { class: statusClass(status), "data-id": id, "aria-current": isOpen && "true" },
    element("td", { class: "status", text: shown, title: status === 0 ? "The client left" : undefined }),
    element("td", { class: "method", text: visible(method) }),
    element(
      "th",
      { scope: "row" },
      element("a", { href: `#${id}`, text: visible(path), title: visible(path) }),
    ),
    element("td", { class: "host", text: visible(host) }),
    element("td", { class: "time", text: duration(duration_ms) }),
    element("td", { class: "clock", text: clockTime(time) }),
  );
}

/**
 * The requests that the page knows, and their rows.
 *
 * @param places elements: `body` (of the table), `count`, `empty`, `pause`, `hosts`
 * @param filters gives the filters that hold
 */
export function requestList(places, filters, most = 500) {
  /** By id, in the order in which they came. */
  const known = new Map(), rows = new Map();
  let waiting = [], isPaused = false, isDue = false, cleared = 0, open;

  const count = () => {
    const shown = places.body.rows.length, all = known.size;
    places.count.textContent =
      `${shown === all ? all : `${shown} of ${all}`} ${all === 1 ? "request" : "requests"}` +
      (isPaused && waiting.length > 0
        ? `, ${waiting.length}${waiting.length === most ? " or more" : ""} waiting`
        : "");
    places.empty.hidden = shown > 0;
    places.empty.textContent = all === 0
      ? "Nothing has been asked yet."
      : "None of the requests goes with the filters.";
  };
  const row = (summary) => {
    const made = requestRow(summary, summary.id === open);
    rows.set(summary.id, made);
    return made;
  };
  const forget = () => {
    for (const id of known.keys()) {
      if (known.size <= most) break;
      known.delete(id);
      rows.get(id)?.remove();
      rows.delete(id);
    }
  };
  /** Takes in what waits. Ids are counted over all threads, which may be told a little out of order. */
  const take = () => {
    const arrived = waiting.filter(({ id }) => id > cleared && !known.has(id)).sort((a, b) => a.id - b.id);
    waiting = [];
    for (const summary of arrived) known.set(summary.id, summary);
    const hold = filters();
    places.body.prepend(...arrived.filter((summary) => passes(hold, summary)).map(row).reverse());
    forget();
    for (const { url } of arrived) addHost(urlParts(url).host);
    count();
  };
  const addHost = (host) => {
    const has = [...places.hosts.options].some((option) => option.value === host);
    if (!has && places.hosts.options.length < 50) places.hosts.append(element("option", { value: host }));
  };
  return {
    /** The largest id that has come. */
    get last() {
      return Math.max(cleared, ...known.keys(), ...waiting.map(({ id }) => id));
    },
    /** Rows are made a few times a second at most, and none while the list stands still. */
    add(summaries) {
      waiting = [...waiting, ...summaries].slice(-most);
      if (isPaused) count();
      else if (!isDue) {
        isDue = true;
        setTimeout(() => {
          isDue = false;
          if (!isPaused) take();
        }, 100);
      }
    },
    pause(paused) {
      isPaused = paused;
      if (paused) count();
      else take();
    },
    /** The server still has them, and a new page shows them again. */
    clear() {
      cleared = this.last;
      known.clear();
      rows.clear();
      waiting = [];
      places.body.replaceChildren();
      count();
    },
    filter() {
      const hold = filters();
      rows.clear();
      places.body.replaceChildren(
        ...[...known.values()].filter((summary) => passes(hold, summary)).map(row).reverse(),
      );
      count();
    },
    mark(id) {
      open = id;
      for (const row of places.body.querySelectorAll("[aria-current]")) row.removeAttribute("aria-current");
      const marked = rows.get(id);
      marked?.setAttribute("aria-current", "true");
      marked?.scrollIntoView({ block: "nearest" });
    },
    /** The id of the row so many places below the open one; undefined where the list ends. */
    beside(step) {
      const shown = [...places.body.rows];
      const at = shown.findIndex(({ dataset }) => Number(dataset.id) === open);
      const row = at < 0 ? shown[0] : shown[at + step];
      return row === undefined ? undefined : Number(row.dataset.id);
    },
  };
}

/**
 * Which requests are shown. The words are those of `GET /requests`, so that what is seen can be asked for by a program.
 *
 * @module
 */
import { urlParts } from "./dom.js";

/** The filters in a form, as plain values; empty ones let everything pass. */
export function filtersIn(form) {
  const { method, status, path, host } = form.elements;
  const text = (field) => field.value.trim();
  return {
    method: text(method).toUpperCase(),
    status: text(status).toLowerCase(),
    path: text(path),
    host: text(host).toLowerCase(),
  };
}

/**
 * True if a request is to be shown: one of the methods; one of the statuses, by class or by their first figures; path by
 * its beginning, or by any part of it where no slash begins it; host exactly.
 */
export function passes(filters, summary) {
  const host = urlParts(summary.url).host.toLowerCase(), { path } = urlParts(summary.url);
  const one = (list, holds) => {
    const members = list.split(",").map((member) => member.trim()).filter((member) => member !== "");
    return members.length === 0 || members.some(holds);
  };
  return one(filters.method, (method) => method === summary.method) &&
    one(filters.status, (status) => String(summary.status).startsWith(status.replace(/x+$/, ""))) &&
    (filters.path.startsWith("/") ? path.startsWith(filters.path) : path.includes(filters.path)) &&
    (filters.host === "" || filters.host === host || filters.host === host.replace(/:\d+$/, ""));
}

/** The filters as the query of an address; empty where there are none. */
export function filterQuery(filters) {
  const query = new URLSearchParams(Object.entries(filters).filter(([, value]) => value !== "")).toString();
  return query === "" ? "" : `?${query}`;
}

/** Fills a form from the query of an address. */
export function fillFilters(form, query) {
  for (const [name, value] of new URLSearchParams(query)) {
    if (["method", "status", "path", "host"].includes(name)) form.elements[name].value = value;
  }
}

/** Where the archive of what is shown lies: the server knows whole words only. */
export function archiveAddress({ method, status, path, host }) {
  const query = filterQuery({
    method,
    status: /^[1-5](?:xx|\d\d)(?:,[1-5](?:xx|\d\d))*$/.test(status) ? status : "",
    path: path.startsWith("/") ? path : "",
    host,
  });
  return `har${query}`;
}

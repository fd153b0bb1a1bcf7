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

/** True if a request is to be shown: status by class or number, path by its beginning or by any part, host exactly. */
export function passes(filters, summary) {
  const { host, path } = urlParts(summary.url);
  const status = String(summary.status);
  return (filters.method === "" || filters.method === summary.method) &&
    (filters.status === "" ||
      (/^\dxx$/.test(filters.status)
        ? status[0] === filters.status[0]
        : status.startsWith(filters.status))) &&
    (filters.path === "" ||
      (filters.path.startsWith("/") ? path.startsWith(filters.path) : path.includes(filters.path))) &&
    (filters.host === "" || filters.host === host.toLowerCase() ||
      filters.host === host.toLowerCase().replace(/:\d+$/, ""));
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

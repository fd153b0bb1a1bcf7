/**
 * Which requests somebody wants to see.
 *
 * @module
 */
import { isToken } from "../bytes/ascii.ts";
import { normalHost } from "../http/host.ts";
import type { RequestSummary } from "./record.ts";

/** All that is named has to hold; what is undefined, or empty, holds for every request. */
export interface Filters {
  /** The larger ids alone. */
  readonly since: number;
  /** Statuses and classes of them: one has to be the request's. */
  readonly status: readonly string[];
  /** In upper case: one has to be the request's. */
  readonly method: readonly string[];
  /** What the path begins with, as it was sent. */
  readonly path: string;
  /** In its normal form, without a port. */
  readonly host: string;
}

/** The names that filters have, in queries and as options. */
export const FILTER_NAMES = ["since", "status", "method", "path", "host"] as const;
export type FilterName = typeof FILTER_NAMES[number];

/** A filter that is none. The message says what it may be. */
export class FilterError extends Error {
  override readonly name = "FilterError";
  constructor(readonly filter: FilterName, expected: string, value: string) {
    super(`${filter} must be ${expected}, not ${JSON.stringify(value.slice(0, 100))}`);
  }
}

/** Ids are counted from 1, and exact as numbers. */
const ID = /^[0-9]{1,15}$/;

/** An id as it is written; undefined for what is none. */
export function parseId(text: string): number | undefined {
  return ID.test(text) ? Number(text) : undefined;
}

/**
 * Reads them.
 *
 * @param value gives what is written for a filter; nothing, or null, where it is not asked for
 * @throws {FilterError}
 */
export function parseFilters(value: (name: FilterName) => string | null | undefined): Filters {
  const text = (name: FilterName) => value(name) ?? "";
  const since = text("since"), host = text("host"), path = text("path");
  const status = members(text("status").toLowerCase()), method = members(text("method").toUpperCase());
  const id = since === "" ? 0 : parseId(since);
  if (id === undefined) throw new FilterError("since", "the id of a request", since);
  if (!status.every((one) => /^(?:[1-9][0-9]{2}|[1-5]xx|0)$/.test(one))) {
    throw new FilterError("status", "a status such as 404, or a class such as 5xx", text("status"));
  }
  if (!method.every(isToken)) throw new FilterError("method", "a method such as POST", text("method"));
  if (path !== "" && !path.startsWith("/")) {
    throw new FilterError("path", "the beginning of a path, /…", path);
  }
  const normal = host === "" ? "" : normalHost(host);
  if (normal === undefined) throw new FilterError("host", "a host such as localhost", host);
  return { since: id, status, method, path, host: normal };
}

/** True for a request that is wanted. */
export function accepts(filters: Filters, summary: RequestSummary): boolean {
  const { since, status, method, path, host } = filters;
  if (summary.id <= since) return false;
  if (status.length > 0 && !status.some((one) => isOfStatus(summary.status, one))) return false;
  if (method.length > 0 && !method.includes(summary.method.toUpperCase())) return false;
  if (path === "" && host === "") return true;
  const parts = urlParts(summary.url);
  return parts.path.startsWith(path) && (host === "" || parts.host === host);
}

function members(text: string): string[] {
  return text.split(",").map((member) => member.trim()).filter((member) => member !== "");
}

function isOfStatus(status: number, wanted: string): boolean {
  return wanted.endsWith("xx") ? Math.floor(status / 100) === Number(wanted[0]) : status === Number(wanted);
}

/** Host and path of an absolute URL, the path as it was sent: what no parser has made another of. */
export function urlParts(
  url: string,
): { readonly host: string; readonly target: string; readonly path: string } {
  const [, authority = "", target = ""] = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)(.*)$/is.exec(url) ?? [, "", url];
  return {
    host: normalHost(authority.replace(/^.*@/, "")) ?? "",
    target: target === "" ? "/" : target,
    path: target.replace(/[?#].*$/s, "") || "/",
  };
}

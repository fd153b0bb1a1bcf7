/**
 * Whether a value is a record, in every part of it.
 *
 * @module
 */
import type { RequestRecord, RequestSummary } from "./record.ts";

type Check = (value: unknown) => boolean;
type Shape<T> = { readonly [K in keyof T]-?: Check };

const text: Check = (value) => typeof value === "string";
const number: Check = (value) => typeof value === "number" && Number.isFinite(value);
const count: Check = (value) => number(value) && (value as number) >= 0;
const id: Check = (value) => Number.isSafeInteger(value) && (value as number) > 0;
const boolean: Check = (value) => typeof value === "boolean";
const time: Check = (value) => text(value) && !Number.isNaN(Date.parse(value as string));
const status: Check = (value) =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 999;
const oneOf = (...values: readonly unknown[]): Check => (value) => values.includes(value);
const optional = (check: Check): Check => (value) => value === undefined || check(value);
const nullable = (check: Check): Check => (value) => value === null || check(value);
const listOf = (check: Check): Check => (value) => Array.isArray(value) && value.every(check);

/** SECURITY: no member that is not named here, so that none leaves the inspector unmasked. */
function objectOf<T>(shape: Shape<T>): Check {
  const names = Object.keys(shape);
  return (value) => {
    if (typeof value !== "object" || value === null) return false;
    const members = value as Record<string, unknown>;
    return Object.keys(members).every((name) => Object.hasOwn(shape, name)) &&
      names.every((name) => shape[name as keyof T](members[name]));
  };
}

const SUMMARY: Shape<RequestSummary> = {
  id,
  time,
  method: text,
  url: text,
  status,
  duration_ms: count,
  remote: text,
  server: text,
  location: text,
  line: nullable(count),
};

const MESSAGE = {
  headers: listOf(objectOf({ name: text, value: text })),
  body: text,
  encoding: optional(oneOf("base64")),
  truncated: boolean,
  size: count,
};

const RECORD: Shape<RequestRecord> = {
  ...SUMMARY,
  protocol: oneOf("HTTP/1.0", "HTTP/1.1", "HTTP/2.0"),
  worker: count,
  user: nullable(text),
  phases: objectOf({ wait: count, send: count }),
  answered_by: nullable(objectOf({
    kind: oneOf("file", "listing", "program", "fastcgi", "proxy", "return", "store", "server"),
    path: optional(text),
    command: optional(listOf(text)),
    upstream: optional(text),
  })),
  redirects: listOf(text),
  stderr: listOf(text),
  why: nullable(text),
  weather: listOf(text),
  request: objectOf(MESSAGE),
  response: objectOf({ ...MESSAGE, reason: text }),
};

const summary = objectOf(SUMMARY), record = objectOf(RECORD);

/** True for what a list of requests has. */
export function isSummary(value: unknown): value is RequestSummary {
  return summary(value);
}

/** True for all that is known of a request. */
export function isRecord(value: unknown): value is RequestRecord {
  return record(value);
}

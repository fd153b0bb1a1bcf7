/**
 * A configuration as JSON for people: only what is not the default, short values on one line, `Infinity` as a text, a
 * run of codes with the same error page as one.
 *
 * @module
 */
import { completeLocation } from "../../lib/config/complete.ts";
import { DEFAULTS } from "../../lib/config/defaults.ts";
import { SERVER_KEYS } from "../../lib/config/server_keys.ts";
import { valuesOf } from "../../lib/config/table.ts";
import type { Config, LocationConfig, ServerConfig } from "../../lib/config/types.ts";

const WIDTH = 100;

/**
 * A configuration without what would hold if nothing were written. A location shows all that it has by then, be it
 * its own or inherited; one that says the opposite of its server may show nothing of that, but would if it were lost.
 */
export function withoutDefaults(config: Config): unknown {
  return difference({ ...config, servers: config.servers.map(serverDifference) }, DEFAULTS);
}

function serverDifference(server: ServerConfig): unknown {
  const unwritten = { ...valuesOf(SERVER_KEYS, {}), fallback: bareLocation("/"), locations: [] };
  const locations = server.locations.map((location) => ({
    key: location.key,
    ...difference(location, bareLocation(location.key)),
  }));
  return difference({ ...server, locations }, unwritten);
}

/** A location for which nothing is written, nor for its server. */
function bareLocation(key: string): LocationConfig {
  return completeLocation({ key, match: "prefix", path: key }, {}, {});
}

/** The members that another object has not, or has differently. */
function difference(value: object, other: object): Record<string, unknown> {
  const members = new Map<string, unknown>(Object.entries(value));
  for (const [key, theirs] of Object.entries(other)) {
    const ours = members.get(key);
    if (!members.has(key)) members.set(key, "(missing)");
    else if (flat(ours) === flat(theirs)) members.delete(key);
    else if (isMembers(ours) && isMembers(theirs)) members.set(key, difference(ours, theirs));
  }
  return Object.fromEntries(members);
}

function isMembers(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** JSON text without a line end. */
export function print(value: unknown, indent = "", key = ""): string {
  const oneLine = key + flat(value);
  if (indent.length + oneLine.length <= WIDTH || typeof value !== "object" || value === null) return oneLine;
  const deeper = indent + "  ";
  const members = Array.isArray(value)
    ? value.map((item) => print(item, deeper))
    : entries(value).map(([key, item]) => print(item, deeper, `${JSON.stringify(key)}: `));
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  return `${key}${open}\n${members.map((member) => deeper + member).join(",\n")}\n${indent}${close}`;
}

function flat(value: unknown): string {
  if (value === Infinity) return '"Infinity"';
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(flat).join(", ")}]`;
  const members = entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${flat(item)}`);
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}

function entries(value: object): [string, unknown][] {
  const joined: { first: string; last: string; item: unknown }[] = [];
  for (const [key, item] of Object.entries(value)) {
    const run = joined.at(-1);
    const continues = run !== undefined && /^\d+$/.test(key) && Number(key) === Number(run.last) + 1 &&
      run.item === item;
    if (continues) run.last = key;
    else joined.push({ first: key, last: key, item });
  }
  return joined.map(({ first, last, item }) => [first === last ? first : `${first}-${last}`, item]);
}

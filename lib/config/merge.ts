/**
 * How what a location writes joins what its server writes, for the keys that are merged by name.
 *
 * @module
 */
import type { WrittenFields, WrittenPages } from "./key_decoders.ts";
import type { ErrorPages, FieldsToAdd, ProxyFields, ProxyTimeouts, Variables } from "./value_types.ts";

/** Writes every class out; a code that is written itself beats its class, wherever the two are written. */
export function mergeErrorPages(inherited: WrittenPages, own: WrittenPages): ErrorPages {
  const written = new Map([...inherited, ...own]);
  const pages: Record<number, string> = {};
  for (const [name, first] of [["4xx", 400], ["5xx", 500]] as const) {
    const page = written.get(name);
    for (let code = first; page !== undefined && code < first + 100; code++) pages[code] = page;
  }
  for (const [code, page] of written) if (typeof code === "number") pages[code] = page;
  return pages;
}

/** An own field takes the place of inherited ones with its name; the value "" leaves nothing in that place. */
export function mergeFields(inherited: WrittenFields, own: WrittenFields): FieldsToAdd {
  const replaced = new Set(own.map(([name]) => name.toLowerCase()));
  const kept = inherited.filter(([name]) => !replaced.has(name.toLowerCase()));
  return [...kept, ...own].flatMap(([name, values]) =>
    values.filter((value) => value !== "").map((value) => [name, value] as const)
  );
}

/** An own field takes the place of an inherited one with its name. */
export function mergeProxyFields(inherited: ProxyFields, own: ProxyFields): ProxyFields {
  const replaced = new Set(own.map(([name]) => name.toLowerCase()));
  return [...inherited.filter(([name]) => !replaced.has(name.toLowerCase())), ...own];
}

const PROXY_TIMEOUTS: ProxyTimeouts = { connect: 5000, read: 60_000 };

/** What is not written in the place itself is inherited, or has its default. */
export function mergeProxyTimeouts(
  inherited: Partial<ProxyTimeouts>,
  own: Partial<ProxyTimeouts>,
): ProxyTimeouts {
  return { ...PROXY_TIMEOUTS, ...inherited, ...own };
}

/** An own variable takes the place of an inherited one. */
export function mergeVariables(inherited: Variables, own: Variables): Variables {
  return { ...inherited, ...own };
}

import { assertEquals } from "@std/assert";
import { diskNamesOf } from "../../lib/http/disk_names.ts";
import { LocationTable, SpelledLocationTable } from "../../lib/site/location_table.ts";
import { assertLinear } from "../support/linear.ts";

/** A table whose locations are their own keys, written as in the configuration. */
function table(...keys: string[]): LocationTable<string> {
  const locations = new LocationTable("fallback");
  for (const key of keys) {
    if (key.startsWith("= ")) locations.add("exact", key.slice(2), key);
    else locations.add("prefix", key, key);
  }
  return locations;
}

function assertFinds(locations: LocationTable<string>, expected: Record<string, string>): void {
  for (const [path, key] of Object.entries(expected)) assertEquals(locations.find(path), key, path);
}

Deno.test("without locations everything falls back", () => {
  assertFinds(table(), { "/": "fallback", "/a/b": "fallback" });
});

Deno.test("a prefix ends where a segment ends", () => {
  assertFinds(table("/static"), {
    "/static": "/static",
    "/static/": "/static",
    "/static/a/b": "/static",
    "/staticfoo": "fallback",
    "/static.html": "fallback",
    "/stati": "fallback",
    "/a/static": "fallback",
  });
});

Deno.test("the longest prefix wins, whatever the order", () => {
  const expected = {
    "/": "/",
    "/x": "/",
    "/a": "/a",
    "/ab": "/",
    "/a/x": "/a",
    "/a/b": "/a/b/",
    "/a/b/": "/a/b/",
    "/a/b/c/d": "/a/b/c",
    "/a/b/cd": "/a/b/",
  };
  assertFinds(table("/", "/a", "/a/b/", "/a/b/c"), expected);
  assertFinds(table("/a/b/c", "/a/b/", "/a", "/"), expected);
});

Deno.test("a location with a slash takes its bare name unless something else does", () => {
  assertFinds(table("/a/"), { "/a": "/a/", "/a/": "/a/", "/a/b": "/a/", "/ab": "fallback" });
  for (const keys of [["/a/", "/a"], ["/a", "/a/"]]) {
    assertFinds(table(...keys), { "/a": "/a", "/a/": "/a/", "/a/b": "/a/" });
  }
  assertFinds(table("/a/", "= /a"), { "/a": "= /a", "/a/": "/a/" });
});

Deno.test("an exact location takes one path and beats every prefix", () => {
  assertFinds(table("= /a/b", "/a/b", "/a/", "= /", "= /c/"), {
    "/": "= /",
    "/a/b": "= /a/b",
    "/a/b/": "/a/b",
    "/a/b/c": "/a/b",
    "/a/": "/a/",
    "/c/": "= /c/",
    "/c": "fallback",
    "/c/d": "fallback",
  });
});

Deno.test("a file below a location for / falls into it, and names of every object are no locations", () => {
  assertFinds(table("/"), { "/": "/", "/a.txt": "/", "/a/b/c": "/" });
  assertFinds(table("/a"), { "/__proto__": "fallback", "/constructor": "fallback" });
});

Deno.test("10,000 locations are told apart, also where each lies in another", () => {
  const flat = Array.from({ length: 10_000 }, (_, i) => `/location${i}`);
  const locations = table(...flat, "= /location5/exact");
  for (const key of flat) {
    assertEquals(locations.find(`${key}/file`), key);
    assertEquals(locations.find(`${key}x`), "fallback");
  }
  assertEquals(locations.find("/location5/exact"), "= /location5/exact");

  let path = "";
  const nested = Array.from({ length: 1000 }, () => path += "/a");
  assertEquals(table(...nested).find(`${path}/b/b/b`), path);
});

Deno.test("the cost of a search does not grow with the number of locations", () => {
  const count = 100_000;
  const many = new LocationTable("fallback");
  for (let i = 0; i < count; i++) many.add("prefix", `/location${i}`, `/location${i}`);
  // Whoever compares each path with each location does it ten thousand million times.
  assertLinear(() => {
    for (let i = 0; i < count; i++) assertEquals(many.find(`/location${i}/a/b`), `/location${i}`);
  });
});

Deno.test("where case does not count, locations below a path are told in every spelling of it, as they are written", () => {
  for (const system of ["darwin", "windows"] as const) {
    const locations = new SpelledLocationTable<string>(
      "fallback",
      diskNamesOf(system)!,
      (found) => `none of ${found}`,
    );
    for (const path of ["/up/", "/up/A/Secret/", "/straße/x/"]) locations.add("prefix", path, path);
    locations.add("exact", "/up/A/one", "= one");
    const below = (path: string) => [...locations.below(path)].map(([written]) => written).sort();
    for (const path of ["/up/A/", "/UP/a/"]) assertEquals(below(path), ["/up/A/Secret/", "/up/A/one"], path);
    for (const path of ["/straße/", "/STRASSE/", "/straẞe/"]) assertEquals(below(path), ["/straße/x/"], path);
  }
});

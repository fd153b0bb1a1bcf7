/**
 * Finding the location of a path: among few and among many, for paths of any depth.
 *
 * @module
 */
import { LocationTable } from "../../lib/site/location_table.ts";
import { compare, finds, fromWire, type Subject } from "../support.ts";

/** A table with this many prefixes besides `/`, and an exact location. */
function tableOf(count: number): LocationTable<string> {
  const table = new LocationTable("fallback");
  table.add("prefix", "/", "/");
  table.add("exact", "/exact", "= /exact");
  for (let i = 0; i < count; i++) table.add("prefix", `/location${i}/`, `/location${i}/`);
  return table;
}

const few = tableOf(10);
const many = tableOf(10_000);

compare("a location", {
  "one of 10": finds(few, "/location5/a.html", "/location5/"),
  "one of 10,000": finds(many, "/location5000/a.html", "/location5000/"),
  "none of 10,000": finds(many, "/missing/a.html", "/"),
  "the exact one besides 10,000": finds(many, "/exact", "= /exact"),
  "10 segments, 10,000 locations": finds(many, `/location5000${"/a".repeat(9)}`, "/location5000/"),
  "100 segments, 10,000 locations": finds(many, `/location5000${"/a".repeat(99)}`, "/location5000/"),
});

/** Paths of this many segments, so many of them that all of their segments are 4,000. */
function deep(segments: number): Subject {
  const path = fromWire("/a".repeat(segments));
  return [() => {
    let found = "";
    for (let i = 0; i < 4000; i += segments) found = many.find(path);
    return found;
  }, "/"];
}

// The same number of segments each: what grows faster than their number shows.
compare("the locations of paths with 4,000 segments", {
  "400 paths of 10": deep(10),
  "40 paths of 100": deep(100),
  "4 paths of 1,000": deep(1000),
  "1 path of 4,000, 8 KiB": deep(4000),
});

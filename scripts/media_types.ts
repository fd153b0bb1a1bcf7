/**
 * Makes lib/http/media_types.ts, the registry of media types as one text: `deno run -A scripts/media_types.ts`. A test
 * compares it with the library that it comes from.
 *
 * @module
 */
import { fromFileUrl } from "@std/path";
import { extension, typeByExtension } from "@std/media-types";
import database from "npm:deno-std@1.4.0/media_types/vendor/db.js";

/** One line for each type that has extensions: the type, then those that stand for it, the one to be written first. */
export function registryLines(): string[] {
  return Object.entries(database).flatMap(([type, { extensions = [] }]) => {
    const first = extension(type);
    const others = extensions.filter((name) => name !== first && typeByExtension(name) === type);
    if (first === undefined) return [];
    return [[type, typeByExtension(first) === type ? first : `-${first}`, ...others].join(" ")];
  });
}

/** The module's text. */
export function registryModule(): string {
  return `/**
 * The media types of mime-db that have extensions, made by scripts/media_types.ts. A line is a type, the extension that a
 * file of it is given, with a hyphen if that stands for another type, and more that stand for it. PERF: one text is
 * read at the first question in a millisecond; the library's table is 220 KB of code to be read at each start.
 *
 * @module
 */
export const MEDIA_TYPES = \`
${registryLines().join("\n")}
\`;
`;
}

if (import.meta.main) {
  await Deno.writeTextFile(
    fromFileUrl(new URL("../lib/http/media_types.ts", import.meta.url)),
    registryModule(),
  );
}

/**
 * Where things stand in the file, for whoever is to be told which line has decided.
 *
 * @module
 */
import { isMap } from "./decoder.ts";
import type { Node } from "./node.ts";
import type { Lines } from "./types.ts";

/** Keys whose entries are no keys of the place itself. */
const PLACES: ReadonlySet<string> = new Set(["locations"]);

/**
 * The lines of a server or a location.
 *
 * @param inherited those of the server around it
 */
export function linesOf({ line, value }: Node, inherited?: Lines): Lines {
  const keys: Record<string, number> = { ...inherited?.keys };
  if (!isMap(value)) return { line, keys };
  for (const [word, written] of value) {
    if (written.line !== undefined) keys[word] = written.line;
    if (PLACES.has(word) || !isMap(written.value)) continue;
    for (const [entry, { line }] of written.value) if (line !== undefined) keys[`${word}.${entry}`] = line;
  }
  return { line, keys };
}

/**
 * Names of a folder's entries as text and as links. They come from the disk, where anybody may have put them.
 *
 * @module
 */
import { escape } from "@std/html";
import { needsQuery, queryOf } from "../../http/named_file.ts";
import type { FolderEntry } from "../../http/origin.ts";

/** Such a name is the same as a link and as text. */
const PLAIN = /^[\w.~-]+$/;

/**
 * One name as a path segment, in which nothing is left to escape: some clients do not know that `&#39;` in a link is an
 * apostrophe, and would not find the file.
 */
export function encodeSegment(name: string): string {
  return encodeURIComponent(name.toWellFormed()).replaceAll("'", "%27");
}

/**
 * A name as text. Control characters, and those that turn the direction of writing (so that `gpj.exe` would read
 * `exe.jpg`), are shown as the replacement character.
 */
export function displayName(name: string): string {
  return escape(name.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, "\ufffd"));
}

/** The same, quick for names that are plain. */
export function displayText(name: string): string {
  return PLAIN.test(name) ? name : displayName(name);
}

/**
 * Where an entry's name leads, as an attribute; nothing for what has no address: what is in a folder that no path can
 * name, and what has no name in Unicode.
 */
export function hrefOf(
  { name, kind, path }: Pick<FolderEntry, "name" | "kind"> & { path?: string | undefined },
) {
  const slash = kind === "directory" ? "/" : "";
  // PERF: thousands of names, of which most need none of this.
  if (path === undefined && PLAIN.test(name)) return ` href="./${name}${slash}"`;
  const folders = path?.slice(0, -name.length) ?? "";
  if (!name.isWellFormed() || !folders.isWellFormed() || needsQuery(folders)) return "";
  // SECURITY: "./" keeps a name such as "a:b" from being read as a scheme and "//x" as a host.
  const place = `./${folders.split("/").map(encodeSegment).join("/")}`;
  if (!needsQuery(name)) return ` href="${place}${encodeSegment(name)}${slash}"`;
  return kind === "file" ? ` href="${place}?${queryOf(name).replaceAll("'", "%27")}"` : "";
}

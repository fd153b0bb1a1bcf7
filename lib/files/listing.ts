/**
 * A folder's listing, as a page or as JSON. It shows only what a request would get: nothing hidden, no link that
 * leads out of the root, nothing but files and folders.
 *
 * @module
 */
import { prefers } from "../http/accept.ts";
import { fieldLine, type Request, type Response } from "../http/message.ts";
import { type ListingEntry, type ListingOptions, listingPage } from "../pages/listing.ts";
import { type DirectoryEntry, FileError } from "../ports.ts";
import { isContained } from "../http/containment.ts";
import type { FileCache, KnownFile } from "./file_cache.ts";

/** After so many entries other requests get their turn. */
const BATCH = 500;

const encoder = new TextEncoder();

/**
 * Answers GET or HEAD with what is in a folder.
 *
 * @param urlPath decoded, for the title
 * @param root what links must not leave
 * @throws {FileError} if the folder can not be read
 */
export async function listingResponse(
  request: Request,
  files: FileCache,
  folder: KnownFile,
  root: string,
  urlPath: string,
  options: ListingOptions,
): Promise<Response> {
  const entries = await readFolder(files, folder, root, urlPath === "/");
  const type = prefers(request.fields.getList("accept"), ["text/html", "application/json"]);
  const text = type === "text/html" ? listingPage(urlPath, entries, options) : listingJson(entries);
  const contentType = type === "text/html" ? "text/html; charset=utf-8" : type;
  return {
    status: 200,
    fields: fieldLine("Content-Type", contentType) + "Cache-Control: no-cache\r\nVary: Accept\r\n",
    body: encoder.encode(text),
  };
}

function listingJson(entries: readonly ListingEntry[]): string {
  return JSON.stringify(
    entries.map(({ name, kind, size, modified }) => ({
      name,
      type: kind,
      size,
      modified: new Date(modified).toISOString(),
    })),
    undefined,
    1,
  ) + "\n";
}

async function readFolder(
  files: FileCache,
  folder: KnownFile,
  root: string,
  isRoot: boolean,
): Promise<ListingEntry[]> {
  const realRoot = files.files.realPath(root);
  if (realRoot === undefined) return [];
  const entries: ListingEntry[] = [];
  let seen = 0;
  for (const found of await files.files.list(folder.path)) {
    if (++seen % BATCH === 0) await new Promise((resolve) => setTimeout(resolve, 0));
    if (found.name.startsWith(".") && !(isRoot && found.name === ".well-known")) continue;
    try {
      const entry = describe(files, folder.path, found, realRoot);
      if (entry) entries.push(entry);
    } catch (error) {
      // One that may not be looked at (a link into a locked folder) is no reason to hide all the others.
      if (!(error instanceof FileError)) throw error;
    }
  }
  return entries.sort(compare);
}

function describe(
  files: FileCache,
  folder: string,
  { name, link }: DirectoryEntry,
  realRoot: string,
): ListingEntry | undefined {
  const path = `${folder === "/" ? "" : folder}/${name}`;
  if (link) {
    const realPath = files.files.realPath(path);
    if (realPath === undefined || !isContained(realPath, realRoot)) return undefined;
  }
  const stat = files.files.stat(path);
  if (!stat || stat.kind === "other") return undefined;
  return { name, kind: stat.kind, size: stat.kind === "file" ? stat.size : 0, modified: stat.modified };
}

const collator = new Intl.Collator("en", { numeric: true });

/** Folders first, then by name as a person would sort: file 2 before file 10. */
function compare(a: ListingEntry, b: ListingEntry): number {
  if (a.kind !== b.kind) return a.kind === "directory" ? -1 : 1;
  return collator.compare(a.name, b.name) || (a.name < b.name ? -1 : 1);
}

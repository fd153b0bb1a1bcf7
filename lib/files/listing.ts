/**
 * A folder's listing, as a page or as JSON.
 *
 * @module
 */
import { prefers } from "../http/accept.ts";
import { FieldBlock } from "../http/fields.ts";
import type { Request, Response } from "../http/message.ts";
import type { FolderEntry, Origin } from "../http/origin.ts";
import { NOT_FRAMED } from "../pages/framing.ts";
import { type ListingOptions, listingPage } from "../pages/listing.ts";

const encoder = new TextEncoder();

const FIELDS: Readonly<Record<"text/html" | "application/json", FieldBlock>> = {
  "text/html": fieldsFor("text/html; charset=utf-8").append(...NOT_FRAMED),
  "application/json": fieldsFor("application/json"),
};

function fieldsFor(contentType: string): FieldBlock {
  return FieldBlock.of(["Content-Type", contentType], ["Cache-Control", "no-cache"], ["Vary", "Accept"]);
}

/**
 * Answers GET or HEAD with what is in a folder: nothing hidden.
 *
 * @param path of the folder in its origin
 * @param urlPath decoded, for the title
 * @throws {FileError} if the folder cannot be read
 */
export async function listingResponse(
  request: Request,
  origin: Origin,
  path: string,
  urlPath: string,
  options: ListingOptions,
): Promise<Response> {
  const isRoot = urlPath === "/";
  const found = await origin.list(
    path,
    (name) => !name.startsWith(".") || (isRoot && name === ".well-known"),
  );
  const entries = found.toSorted(compare);
  const type = prefers(request.fields.joined("accept"), ["text/html", "application/json"]);
  const text = type === "text/html" ? listingPage(urlPath, entries, options) : listingJson(entries);
  return { status: 200, fields: FIELDS[type], body: encoder.encode(text) };
}

function listingJson(entries: readonly FolderEntry[]): string {
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

const collator = new Intl.Collator("en", { numeric: true });

/** Folders first, then by name as a person would sort: file 2 before file 10. */
function compare(a: FolderEntry, b: FolderEntry): number {
  if (a.kind !== b.kind) return a.kind === "directory" ? -1 : 1;
  return collator.compare(a.name, b.name) || (a.name < b.name ? -1 : 1);
}

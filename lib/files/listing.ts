/**
 * A folder's listing, as a page or as JSON.
 *
 * @module
 */
import { prefers } from "../http/accept.ts";
import { FieldBlock } from "../http/fields.ts";
import type { Request, Response } from "../http/message.ts";
import { NOT_FRAMED } from "../pages/framing.ts";
import type { ListedFolder, Listings } from "./listings.ts";
import type { ListingType } from "./make_listing.ts";

const FIELDS: Readonly<Record<ListingType, FieldBlock>> = {
  "text/html": fieldsFor("text/html; charset=utf-8").append(...NOT_FRAMED),
  "application/json": fieldsFor("application/json"),
};

function fieldsFor(contentType: string): FieldBlock {
  return FieldBlock.of(["Content-Type", contentType], ["Cache-Control", "no-cache"], ["Vary", "Accept"]);
}

/**
 * Answers GET or HEAD with what is in a folder: nothing hidden.
 *
 * @throws {FileError} if the folder cannot be read
 * @throws {HttpError} 503 if too many folders are listed at once
 */
export async function listingResponse(
  request: Request,
  listings: Listings,
  folder: ListedFolder,
): Promise<Response> {
  const type = prefers(request.fields.joined("accept"), ["text/html", "application/json"]);
  return { status: 200, fields: FIELDS[type], body: await listings.get(folder, type) };
}

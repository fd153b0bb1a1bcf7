/**
 * A folder's listing, as a page or as JSON.
 *
 * @module
 */
import { prefers } from "../http/accept.ts";
import { FieldBlock } from "../http/fields.ts";
import type { Request, Response } from "../http/message.ts";
import { policyWithNonce } from "../pages/policy.ts";
import type { ListedFolder, Listings } from "./listings.ts";
import type { ListingType } from "./make_listing.ts";
import { newNonce } from "./page_policy.ts";

const FIELDS: Readonly<Record<ListingType, FieldBlock>> = {
  "text/html": fieldsFor("text/html; charset=utf-8").append("X-Content-Type-Options", "nosniff"),
  "application/json": fieldsFor("application/json"),
};

function fieldsFor(contentType: string): FieldBlock {
  return FieldBlock.of(["Content-Type", contentType], ["Cache-Control", "no-cache"], ["Vary", "Accept"]);
}

/**
 * Answers GET or HEAD with what is in a folder: nothing hidden.
 *
 * @param isLive a script that is no part of the page is put into it: its policy has a nonce for that
 * @throws {FileError} if the folder cannot be read
 * @throws {HttpError} 503 if too many folders are listed at once
 */
export async function listingResponse(
  request: Request,
  listings: Listings,
  folder: ListedFolder,
  isLive: boolean,
): Promise<Response> {
  const type = listingType(request);
  const { bytes, policy } = await listings.get(folder, type);
  return { status: 200, fields: fieldsOf(type, policy, isLive), body: bytes };
}

/** The form of a listing that a client wants. */
export function listingType(request: Request): ListingType {
  return prefers(request.fields.joined("accept"), ["text/html", "application/json"]);
}

/** The fields of a listing. */
export function fieldsOf(type: ListingType, policy: string | undefined, isLive: boolean): FieldBlock {
  if (policy === undefined) return FIELDS[type];
  return FIELDS[type].with("Content-Security-Policy", isLive ? policyWithNonce(policy, newNonce()) : policy);
}

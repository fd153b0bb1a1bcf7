/**
 * A listing's text out of a folder's entries, in slices: sorting and rendering of ten thousand entries take longer than
 * others may be kept waiting.
 *
 * @module
 */
import { joined } from "../bytes/joined.ts";
import type { FolderEntry } from "../http/origin.ts";
import type { Turn } from "../http/turns.ts";
import {
  type ListedEntry,
  type ListingOptions,
  listingParts,
  listingPieces,
  type ToldByName,
} from "../pages/listing.ts";
import type { ListingView } from "../pages/listing/view.ts";
import { orderOf } from "./listing_order.ts";
import { policyOf } from "./page_policy.ts";
import { sortInTurns } from "./sort_in_turns.ts";

/** The forms that a listing has. */
export type ListingType = "text/html" | "application/json";

const encoder = new TextEncoder();

/** So many characters become bytes together. */
const ENCODED = 32 * 1024;

/** A listing as it is sent. */
export interface MadeListing {
  readonly bytes: Uint8Array;
  /** Its Content-Security-Policy; undefined where it is no page. */
  readonly policy: string | undefined;
}

/** What a listing is made of, besides the folder's entries. */
export interface ListingOrder {
  readonly type: ListingType;
  readonly urlPath: string;
  readonly view: ListingView;
  readonly options: ListingOptions;
  /** What GET makes of a file, as far as its name tells. */
  readonly told: (name: string) => ToldByName;
}

/** Makes a listing. */
export async function makeListing(
  { type, urlPath, view, options, told }: ListingOrder,
  found: readonly FolderEntry[],
  turn: Turn,
): Promise<MadeListing> {
  const typed = found.map((entry): ListedEntry => ({
    ...entry,
    ...entry.kind === "file" && told(entry.name),
  }));
  let entries: readonly ListedEntry[] = typed;
  // PERF: comparing as a person would is dear, and hardly ever needed for what is nearly in that order already.
  for (const compare of orderOf(view)) entries = await sortInTurns(entries, compare, turn);
  const isPage = type === "text/html";
  return {
    bytes: await encodePieces(
      isPage ? listingPieces(urlPath, entries, options, view) : jsonPieces(entries),
      turn,
    ),
    policy: isPage ? await policyOf(listingParts(options)) : undefined,
  };
}

async function encodePieces(pieces: Iterable<string>, turn: Turn): Promise<Uint8Array> {
  const encoded: Uint8Array[] = [];
  let text = "", length = 0;
  const encode = () => {
    const bytes = encoder.encode(text);
    encoded.push(bytes);
    length += bytes.length;
    text = "";
  };
  for (const piece of pieces) {
    text += piece;
    if (text.length >= ENCODED) encode();
    if (turn.isOver()) await turn.next();
  }
  encode();
  return encoded.length === 1 ? encoded[0]! : joined(encoded, length);
}

/** As JSON.stringify() with an indent of one would have the whole list. */
function* jsonPieces(entries: readonly ListedEntry[]): Generator<string> {
  let before = "[\n ";
  for (const entry of entries) {
    yield before + jsonRow(entry);
    before = ",\n ";
  }
  yield entries.length === 0 ? "[]\n" : "\n]\n";
}

/** One element of the list. */
export function jsonRow({ name, kind, size, modified, mediaType, path }: ListedEntry): string {
  const date = new Date(modified ?? NaN);
  const row = {
    name,
    type: kind,
    size,
    // Folders of a bucket have no time, and a broken file system may give one that is none.
    modified: Number.isNaN(date.getTime()) ? null : date.toISOString(),
    media_type: mediaType ?? null,
    path,
  };
  return JSON.stringify(row, undefined, 1).replaceAll("\n", "\n ");
}

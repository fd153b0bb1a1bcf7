/**
 * A listing's text out of a folder's entries, in slices: sorting and rendering of ten thousand entries take longer than
 * others may be kept waiting.
 *
 * @module
 */
import type { FolderEntry } from "../http/origin.ts";
import type { Turn } from "../http/turns.ts";
import { type ListingOptions, listingPieces } from "../pages/listing.ts";
import { sortInTurns } from "./sort_in_turns.ts";

/** The forms that a listing has. */
export type ListingType = "text/html" | "application/json";

const encoder = new TextEncoder();

/** So many characters become bytes together. */
const ENCODED = 32 * 1024;

/** The listing, as it is sent. */
export async function makeListing(
  type: ListingType,
  urlPath: string,
  found: readonly FolderEntry[],
  options: ListingOptions,
  turn: Turn,
): Promise<Uint8Array> {
  // PERF: comparing as a person would is dear, and hardly ever needed for what is nearly in that order already.
  const entries = await sortInTurns(await sortInTurns(found, compareUnits, turn), compare, turn);
  const pieces = type === "text/html" ? listingPieces(urlPath, entries, options) : jsonPieces(entries);
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
  return joined(encoded, length);
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  if (pieces.length === 1) return pieces[0]!;
  const all = new Uint8Array(length);
  let position = 0;
  for (const piece of pieces) {
    all.set(piece, position);
    position += piece.length;
  }
  return all;
}

/** As JSON.stringify() with an indent of one would have the whole list. */
function* jsonPieces(entries: readonly FolderEntry[]): Generator<string> {
  let before = "[\n ";
  for (const { name, kind, size, modified } of entries) {
    const row = { name, type: kind, size, modified: new Date(modified).toISOString() };
    yield before + JSON.stringify(row, undefined, 1).replaceAll("\n", "\n ");
    before = ",\n ";
  }
  yield entries.length === 0 ? "[]\n" : "\n]\n";
}

const collator = new Intl.Collator("en", { numeric: true });

/** Folders first, then by name as a person would sort: file 2 before file 10. */
function compare(a: FolderEntry, b: FolderEntry): number {
  return byKind(a, b) || collator.compare(a.name, b.name) || (a.name < b.name ? -1 : 1);
}

function compareUnits(a: FolderEntry, b: FolderEntry): number {
  return byKind(a, b) || (a.name < b.name ? -1 : 1);
}

function byKind(a: FolderEntry, b: FolderEntry): number {
  if (a.kind === b.kind) return 0;
  return a.kind === "directory" ? -1 : 1;
}

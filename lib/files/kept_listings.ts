/**
 * Listings that were made, to be sent again when all that they show is the same.
 *
 * @module
 */
import type { FolderEntry } from "../http/origin.ts";
import type { MadeListing } from "./make_listing.ts";

/** Bytes of memory for all together. */
const KEPT = 8 * 1024 * 1024;

/** What an entry takes in memory about, in bytes, besides its name. */
const ENTRY = 96;

/** Even the smallest takes some. */
const OVERHEAD = 512;

interface KeptListing {
  readonly found: readonly FolderEntry[];
  readonly listing: MadeListing;
}

/** A bounded number of bytes. */
export class KeptListings {
  /** The one that was asked for last stands last. */
  readonly #kept = new Map<string, KeptListing>();
  #bytes = 0;

  /**
   * The listing that was made of just these entries in this order.
   *
   * @param key of all else that decides on how it looks
   */
  get(key: string, found: readonly FolderEntry[]): MadeListing | undefined {
    const kept = this.#kept.get(key);
    if (kept === undefined) return undefined;
    this.#forget(key, kept);
    if (!isSame(kept.found, found)) return undefined;
    this.put(key, kept.found, kept.listing);
    return kept.listing;
  }

  put(key: string, found: readonly FolderEntry[], listing: MadeListing): void {
    const kept: KeptListing = { found, listing }, size = sizeOf(kept);
    const other = this.#kept.get(key);
    if (other !== undefined) this.#forget(key, other);
    if (size > KEPT) return;
    this.#kept.set(key, kept);
    this.#bytes += size;
    for (const [oldest, old] of this.#kept) {
      if (this.#bytes <= KEPT) return;
      this.#forget(oldest, old);
    }
  }

  #forget(key: string, kept: KeptListing): void {
    this.#kept.delete(key);
    this.#bytes -= sizeOf(kept);
  }
}

function sizeOf({ found, listing }: KeptListing): number {
  return listing.bytes.length + found.length * ENTRY + OVERHEAD;
}

/** Most folders that changed show it at their first difference; thousands of entries take a tenth of a millisecond. */
function isSame(some: readonly FolderEntry[], others: readonly FolderEntry[]): boolean {
  if (some.length !== others.length) return false;
  for (let i = 0; i < some.length; i++) {
    const a = some[i]!, b = others[i]!;
    if (a.modified !== b.modified || a.size !== b.size || a.kind !== b.kind || a.name !== b.name) {
      return false;
    }
  }
  return true;
}

/**
 * What goes into an archive.
 *
 * @module
 */
import type { BodySource } from "../http/message.ts";

/** A file or a folder, as it is when its turn comes. */
export interface ArchiveEntry {
  /** Its path in the archive, with slashes and none at its ends. */
  readonly path: string;
  readonly kind: "file" | "directory";
  /** Bytes; 0 for a folder. */
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly modified: number;
  /** Its content, all `size` bytes of it. Whoever opens it closes it. @throws {FileError} */
  open(): Promise<BodySource> | BodySource;
}

/** The content of an entry was another than was announced: an archive that is right cannot be made any more. */
export class EntryChanged extends Error {
  override readonly name = "EntryChanged";
}

/** Bytes that are read of a file at a time. */
const PIECE = 64 * 1024;

/**
 * The content of an entry, in pieces that are valid until the next one is asked for.
 *
 * @throws {EntryChanged} if it is shorter or longer than it was to be
 * @throws {FileError}
 */
export async function* contentOf(entry: ArchiveEntry): AsyncGenerator<Uint8Array> {
  if (entry.size === 0) return;
  const source = await entry.open();
  try {
    const buffer = new Uint8Array(Math.min(PIECE, entry.size));
    let left = entry.size;
    for (let n = await source.read(buffer); n !== null; n = await source.read(buffer)) {
      left -= n;
      if (left < 0) break;
      yield buffer.subarray(0, n);
    }
    if (left !== 0) throw new EntryChanged(`${entry.path} is not as long as it was`);
  } finally {
    source.close();
  }
}

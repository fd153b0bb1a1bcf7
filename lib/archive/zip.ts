/**
 * Zip archives, streamed (PKWARE's APPNOTE 6.3.10): contents are stored as they are, since what is large is compressed
 * already; each entry's sum follows behind its content. What is over 4 GiB, and more than 65,535 entries, is told by
 * zip64. Names are UTF-8. Times are those of UTC, with the exact one beside it (Info-ZIP's extra field 0x5455), so that a
 * folder gives the same bytes wherever it lies.
 *
 * Why it is our own: the libraries hold some hundred megabytes for 100,000 entries, and write the times of the server's
 * zone.
 *
 * @module
 */
import { Bytes } from "./bytes.ts";
import { crc32 } from "./crc32.ts";
import { type ArchiveEntry, contentOf } from "./entry.ts";

const LOCAL = 0x04034b50, DESCRIPTOR = 0x08074b50, CENTRAL = 0x02014b50;
const END = 0x06054b50, END_64 = 0x06064b50, LOCATOR_64 = 0x07064b50;

/** Versions (APPNOTE section 4.4.3): 2.0 for folders and sums behind the content, 4.5 for zip64. */
const PLAIN = 20, ZIP64 = 45;

/** Made on Unix, so that the attributes are modes of files (section 4.4.2). */
const UNIX = 3 << 8;

/** The sum is behind the content (bit 3), the name is UTF-8 (bit 11): section 4.4.4. */
const SUM_BEHIND = 1 << 3, UTF_8 = 1 << 11;

const MODES = { file: 0o100644, directory: 0o040755 };

const MOST_32 = 0xffffffff, MOST_16 = 0xffff;

/** Bytes of what is said of an entry in front of its content: a name of 64 KiB at most, and what stands around it. */
const LONGEST_RECORD = 64 * 1024 + 256;

/** Bytes of an entry's record in the directory are collected up to this before they are more memory. */
const COLLECTED = 64 * 1024;

/** An archive with these entries, in their order. The pieces are valid until the next one is asked for. @throws what the entries throw */
export async function* zip(entries: AsyncIterable<ArchiveEntry>): AsyncGenerator<Uint8Array> {
  const directory = new Bytes(COLLECTED);
  let offset = 0, count = 0;
  const piece = new Bytes(LONGEST_RECORD);
  for await (const entry of entries) {
    const header = headerOf(entry, offset);
    const local = localHeader(piece, header);
    yield local;
    offset += local.length;
    let sum = 0;
    for await (const content of contentOf(entry)) {
      sum = crc32(content, sum);
      yield content;
    }
    offset += entry.size;
    if (entry.kind === "file") {
      const descriptor = dataDescriptor(piece, header, sum);
      yield descriptor;
      offset += descriptor.length;
    }
    centralHeader(directory, header, sum);
    count++;
  }
  yield* directory.pieces();
  yield endOf(piece, count, directory.length, offset);
}

/** What is said of an entry in both places. */
interface Header {
  readonly name: Uint8Array;
  readonly kind: ArchiveEntry["kind"];
  readonly size: number;
  readonly offset: number;
  readonly flags: number;
  readonly modified: number;
  readonly isLarge: boolean;
}

const encoder = new TextEncoder();

function headerOf({ path, kind, size, modified }: ArchiveEntry, offset: number): Header {
  const isFile = kind === "file";
  return {
    name: encoder.encode(isFile ? path : `${path}/`),
    kind,
    size,
    offset,
    flags: UTF_8 | (isFile ? SUM_BEHIND : 0),
    modified,
    isLarge: size >= MOST_32,
  };
}

/** Section 4.3.7. The size is known; readers that go by what is stored behind the content find it there, too. */
function localHeader(bytes: Bytes, { name, flags, modified, size, isLarge }: Header): Uint8Array {
  bytes.clear();
  bytes.u32(LOCAL).u16(isLarge ? ZIP64 : PLAIN).u16(flags).u16(0);
  dosTime(bytes, modified);
  bytes.u32(0).u32(isLarge ? MOST_32 : size).u32(isLarge ? MOST_32 : size);
  bytes.u16(name.length).u16(TIME_EXTRA + (isLarge ? 20 : 0)).put(name);
  timeExtra(bytes, modified);
  if (isLarge) bytes.u16(1).u16(16).u64(size).u64(size);
  return bytes.whole;
}

/** Section 4.3.9. */
function dataDescriptor(bytes: Bytes, { size, isLarge }: Header, sum: number): Uint8Array {
  bytes.clear();
  bytes.u32(DESCRIPTOR).u32(sum);
  if (isLarge) bytes.u64(size).u64(size);
  else bytes.u32(size).u32(size);
  return bytes.whole;
}

/** Section 4.3.12. */
function centralHeader(bytes: Bytes, header: Header, sum: number): void {
  const { name, kind, flags, modified, size, offset, isLarge } = header, isFar = offset >= MOST_32;
  const extra = (isLarge ? 16 : 0) + (isFar ? 8 : 0);
  const version = extra > 0 ? ZIP64 : PLAIN;
  bytes.u32(CENTRAL).u16(UNIX | version).u16(version).u16(flags).u16(0);
  dosTime(bytes, modified);
  bytes.u32(sum).u32(isLarge ? MOST_32 : size).u32(isLarge ? MOST_32 : size);
  bytes.u16(name.length).u16(TIME_EXTRA + (extra > 0 ? extra + 4 : 0)).u16(0).u16(0).u16(0);
  const attributes = MODES[kind] * 0x10000 + (kind === "directory" ? 0x10 : 0);
  bytes.u32(attributes).u32(isFar ? MOST_32 : offset).put(name);
  timeExtra(bytes, modified);
  if (extra === 0) return;
  bytes.u16(1).u16(extra);
  if (isLarge) bytes.u64(size).u64(size);
  if (isFar) bytes.u64(offset);
}

/** Sections 4.3.14 to 4.3.16. */
function endOf(bytes: Bytes, count: number, size: number, offset: number): Uint8Array {
  bytes.clear();
  if (count >= MOST_16 || size >= MOST_32 || offset >= MOST_32) {
    bytes.u32(END_64).u64(44).u16(UNIX | ZIP64).u16(ZIP64).u32(0).u32(0).u64(count).u64(count).u64(size).u64(
      offset,
    );
    bytes.u32(LOCATOR_64).u32(0).u64(offset + size).u32(1);
  }
  const entries = Math.min(count, MOST_16);
  bytes.u32(END).u16(0).u16(0).u16(entries).u16(entries);
  bytes.u32(Math.min(size, MOST_32)).u32(Math.min(offset, MOST_32)).u16(0);
  return bytes.whole;
}

const TIME_EXTRA = 9;

/** The exact time in UTC; what it cannot say it says as nearly as it can. */
function timeExtra(bytes: Bytes, modified: number): void {
  const seconds = Math.min(Math.max(Math.floor(modified / 1000), -0x80000000), 0x7fffffff);
  bytes.u16(0x5455).u16(5).u8(1).u32(seconds >>> 0);
}

/** From 1980 to 2107, in steps of two seconds (section 4.4.6). */
function dosTime(bytes: Bytes, modified: number): void {
  const time = new Date(
    Math.min(Math.max(modified, Date.UTC(1980, 0, 1)), Date.UTC(2107, 11, 31, 23, 59, 58)),
  );
  bytes.u16(time.getUTCSeconds() >> 1 | time.getUTCMinutes() << 5 | time.getUTCHours() << 11);
  bytes.u16(time.getUTCDate() | time.getUTCMonth() + 1 << 5 | time.getUTCFullYear() - 1980 << 9);
}

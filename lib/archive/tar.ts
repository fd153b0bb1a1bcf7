/**
 * Tar archives, streamed: ustar, with the records of pax in front of an entry where ustar cannot say it: long names,
 * names that are not ASCII, what is over 8 GiB, and fractions of seconds are left out (POSIX.1-2017, pax).
 *
 * @module
 */
import { type ArchiveEntry, contentOf } from "./entry.ts";

const BLOCK = 512;

/** Bytes of a number of eleven octal digits. */
const MOST_SIZE = 0o77777777777;

const encoder = new TextEncoder();

/** An archive with these entries, in their order. The pieces are valid until the next one is asked for. @throws what the entries throw */
export async function* tar(entries: AsyncIterable<ArchiveEntry>): AsyncGenerator<Uint8Array> {
  for await (const entry of entries) {
    yield headersOf(entry);
    yield* contentOf(entry);
    const rest = entry.size % BLOCK;
    if (rest > 0) yield new Uint8Array(BLOCK - rest);
  }
  yield new Uint8Array(2 * BLOCK);
}

/** The header of an entry, and what is said before it. */
function headersOf({ path, kind, size, modified }: ArchiveEntry): Uint8Array {
  const name = kind === "file" ? path : `${path}/`, seconds = Math.floor(modified / 1000);
  const time = Math.min(Math.max(seconds, 0), MOST_SIZE), split = splitName(name);
  const records = [
    ...(split === undefined ? [record("path", name)] : []),
    ...(size > MOST_SIZE ? [record("size", String(size))] : []),
    ...(time === seconds ? [] : [record("mtime", String(seconds))]),
  ].join("");
  const type = kind === "file" ? "0" : "5", mode = kind === "file" ? 0o644 : 0o755;
  const { name: last, prefix } = split ?? { name: asciiName(name), prefix: "" };
  const own = header({ name: last, prefix, mode, size: Math.min(size, MOST_SIZE), time, type });
  if (records === "") return own;
  const text = encoder.encode(records), padded = Math.ceil(text.length / BLOCK) * BLOCK;
  const all = new Uint8Array(BLOCK + padded + BLOCK);
  all.set(header({ name: "././@PaxHeader", prefix: "", mode: 0o644, size: text.length, time, type: "x" }));
  all.set(text, BLOCK);
  all.set(own, BLOCK + padded);
  return all;
}

/** Where a name of ASCII is divided into the two fields that there are for it; undefined if it does not fit. */
function splitName(name: string): { readonly name: string; readonly prefix: string } | undefined {
  if (!/^[\x20-\x7e]*$/.test(name)) return undefined;
  if (name.length <= 100) return { name, prefix: "" };
  const slash = name.indexOf("/", name.length - 101);
  if (slash < 0 || slash > 155 || slash === name.length - 1) return undefined;
  return { name: name.slice(slash + 1), prefix: name.slice(0, slash) };
}

/** For programs that do not know pax. */
function asciiName(name: string): string {
  return name.replace(/[^\x20-\x7e]/g, "_").slice(0, 100);
}

/** Its length counts itself. */
function record(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`, bytes = encoder.encode(rest).length;
  let length = bytes + 1;
  while (String(length).length + bytes !== length) length = String(length).length + bytes;
  return `${length}${rest}`;
}

interface HeaderFields {
  readonly name: string;
  readonly prefix: string;
  readonly mode: number;
  readonly size: number;
  readonly time: number;
  readonly type: string;
}

function header({ name, prefix, mode, size, time, type }: HeaderFields): Uint8Array {
  const block = new Uint8Array(BLOCK);
  const put = (text: string, at: number) => encoder.encodeInto(text, block.subarray(at));
  const octal = (value: number, digits: number, at: number) =>
    put(value.toString(8).padStart(digits, "0"), at);
  put(name, 0);
  octal(mode, 7, 100);
  octal(0, 7, 108);
  octal(0, 7, 116);
  octal(size, 11, 124);
  octal(time, 11, 136);
  put("        ", 148);
  put(type, 156);
  put("ustar\0" + "00", 257);
  put("root", 265);
  put("root", 297);
  put(prefix, 345);
  octal(block.reduce((sum, byte) => sum + byte, 0), 6, 148);
  put("\0 ", 154);
  return block;
}

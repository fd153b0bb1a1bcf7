/**
 * Fields to header blocks without a dynamic table: RFC 7541 section 6. So the same fields are the same bytes on every
 * connection, whatever table the peer has.
 *
 * @module
 */
import { encodeLatin1Into } from "../../bytes/latin1.ts";
import { encodeHuffmanInto, huffmanLength } from "./huffman_encode.ts";
import { INTEGER_ROOM, writeInteger } from "./integer.ts";
import { staticFieldIndex, staticIndexOf } from "./static_table.ts";

/** The first bytes of the representations, and the bits of each that belong to its integer. */
const INDEXED = 0x80, INDEX = 0x7f;
const NOT_INDEXED = 0x00, NEVER_INDEXED = 0x10, NAME_INDEX = 0x0f;
const HUFFMAN = 0x80, LENGTH = 0x7f;

/** SECURITY: what nobody on the way may put into a table, where its text could be guessed (section 7.1.3). */
const SENSITIVE: ReadonlySet<string> = new Set(
  ["authorization", "cookie", "proxy-authorization", "set-cookie"],
);

/** Room that encodeField() needs at most. */
export function fieldRoom(name: string, value: string): number {
  return name.length + value.length + 3 * INTEGER_ROOM;
}

/** Room that encodeStatus() needs at most. */
export const STATUS_ROOM: number = fieldRoom("", "200");

/**
 * Writes one field into `into` at `offset`, its name in lower case, and gives the offset behind it. A character that
 * does not fit one byte becomes `?`.
 *
 * @throws {RangeError} if there is less than fieldRoom()
 */
export function encodeField(name: string, value: string, into: Uint8Array, offset: number): number {
  const lower = name.toLowerCase();
  if (into.length - offset < fieldRoom(lower, value)) {
    throw new RangeError(`A field needs ${fieldRoom(lower, value)} bytes, not ${into.length - offset}`);
  }
  const nameIndex = staticIndexOf(lower);
  const isSensitive = SENSITIVE.has(lower);
  const index = isSensitive ? 0 : staticFieldIndex(nameIndex, lower, value);
  if (index > 0) return writeInteger(index, INDEX, INDEXED, into, offset);
  offset = writeInteger(nameIndex, NAME_INDEX, isSensitive ? NEVER_INDEXED : NOT_INDEXED, into, offset);
  if (nameIndex === 0) offset = encodeString(lower, into, offset);
  return encodeString(value, into, offset);
}

/** Writes `:status` and gives the offset behind it. */
export function encodeStatus(status: number, into: Uint8Array, offset: number): number {
  return encodeField(":status", String(status), into, offset);
}

/** A list of fields as new bytes. */
export function encodeFields(names: readonly string[], values: readonly string[]): Uint8Array<ArrayBuffer> {
  const room = names.reduce((sum, name, index) => sum + fieldRoom(name, values[index]!), 0);
  const bytes = new Uint8Array(room);
  let end = 0;
  for (let i = 0; i < names.length; i++) end = encodeField(names[i]!, values[i]!, bytes, end);
  return bytes.slice(0, end);
}

/** Section 5.2, as Huffman text where that is shorter. */
function encodeString(text: string, into: Uint8Array, offset: number): number {
  const length = huffmanLength(text);
  if (length < text.length) {
    return encodeHuffmanInto(text, into, writeInteger(length, LENGTH, HUFFMAN, into, offset));
  }
  return encodeLatin1Into(text, into, writeInteger(text.length, LENGTH, 0, into, offset));
}

/**
 * Fields to header blocks without a dynamic table: RFC 7541 section 6. The same fields are the same bytes on every
 * connection.
 *
 * @module
 */

/** Room that encodeField() needs at most. */
export function fieldRoom(name: string, value: string): number {
  return name.length + value.length + 16;
}

/** Room that encodeStatus() needs at most. */
export const STATUS_ROOM = 5;

/**
 * Writes one field into `into` at `offset`, its name in lower case, and gives the offset behind it.
 *
 * @throws {RangeError} if there is less than fieldRoom()
 */
export function encodeField(_name: string, _value: string, _into: Uint8Array, _offset: number): number {
  throw new Error("to be built");
}

/** Writes `:status` and gives the offset behind it. */
export function encodeStatus(_status: number, _into: Uint8Array, _offset: number): number {
  throw new Error("to be built");
}

/** A whole list of fields as new bytes. */
export function encodeFields(_names: readonly string[], _values: readonly string[]): Uint8Array<ArrayBuffer> {
  throw new Error("to be built");
}

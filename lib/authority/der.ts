/**
 * DER (ITU-T X.690 section 10): values are written whole, from the inside out, and what is read is split into its
 * elements. Only what certificates have; lengths of up to 4 bytes.
 *
 * @module
 */

/** An element as it is encoded. */
export type Der = Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();

/** Tags of X.690 section 8, the bit for constructed ones included. */
export const Tag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** Any element: a tag and its content. */
export function element(tag: number, ...parts: readonly Uint8Array[]): Der {
  const content = concat(parts);
  return concat([Uint8Array.of(tag, ...lengthOf(content.length)), content]);
}

export function sequence(...elements: readonly Uint8Array[]): Der {
  return element(Tag.sequence, ...elements);
}

export function set(...elements: readonly Uint8Array[]): Der {
  return element(Tag.set, ...elements);
}

/** A context-specific element that holds others. */
export function explicit(number: number, ...elements: readonly Uint8Array[]): Der {
  return element(0xa0 | number, ...elements);
}

/** A context-specific element in place of a primitive one. */
export function implicit(number: number, content: Uint8Array): Der {
  return element(0x80 | number, content);
}

/** A number that is not negative, from its bytes, the greatest first. */
export function integer(bytes: Uint8Array): Der {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start++;
  const shortest = bytes.subarray(start);
  return shortest[0]! >= 0x80
    ? element(Tag.integer, Uint8Array.of(0), shortest)
    : element(Tag.integer, shortest);
}

/** BOOLEAN TRUE: FALSE is what is left out where it is the default. */
export function yes(): Der {
  return element(Tag.boolean, Uint8Array.of(0xff));
}

export function oid(dotted: string): Der {
  const [first, second, ...rest] = dotted.split(".").map(Number);
  const bytes = [first! * 40 + second!, ...rest].flatMap((arc) => {
    const groups = [arc & 0x7f];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) {
      groups.unshift(left & 0x7f | 0x80);
    }
    return groups;
  });
  return element(Tag.oid, Uint8Array.from(bytes));
}

export function octetString(content: Uint8Array): Der {
  return element(Tag.octetString, content);
}

/** @param unused bits of the last byte that do not count */
export function bitString(content: Uint8Array, unused = 0): Der {
  return element(Tag.bitString, Uint8Array.of(unused), content);
}

export function utf8String(text: string): Der {
  return element(Tag.utf8String, encoder.encode(text));
}

/** RFC 5280 section 4.1.2.5: two digits for the year until 2049, four from then on. @param time ms, cut to the second */
export function time(time: number): Der {
  const digits = new Date(time).toISOString().replace(/\.\d+|[-:T]/g, "");
  return digits < "2050"
    ? element(Tag.utcTime, encoder.encode(digits.slice(2)))
    : element(Tag.generalizedTime, encoder.encode(digits));
}

export function concat(parts: readonly Uint8Array[]): Der {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function lengthOf(length: number): number[] {
  if (length < 0x80) return [length];
  const bytes: number[] = [];
  for (let left = length; left > 0; left = Math.floor(left / 256)) bytes.unshift(left & 0xff);
  return [0x80 | bytes.length, ...bytes];
}

/** What was read. */
export interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
  /** The element whole. */
  readonly bytes: Uint8Array;
}

/** Thrown for what is no DER. */
export class DerError extends Error {
  override readonly name = "DerError";
}

/** The elements that stand one behind another. @throws {DerError} if they do not fill the bytes exactly */
export function elements(bytes: Uint8Array): Element[] {
  const found: Element[] = [];
  for (let rest = bytes; rest.length > 0;) {
    const next = firstElement(rest);
    found.push(next);
    rest = rest.subarray(next.bytes.length);
  }
  return found;
}

function firstElement(bytes: Uint8Array): Element {
  const tag = bytes[0]!, first = bytes[1];
  if (first === undefined || (tag & 0x1f) === 0x1f) throw new DerError("an element without a length");
  let start = 2, length = first;
  if (first >= 0x80) {
    const count = first & 0x7f;
    if (count === 0 || count > 4) throw new DerError("a length that DER does not have");
    start += count;
    length = bytes.subarray(2, start).reduce((sum, byte) => sum * 256 + byte, 0);
  }
  if (start + length > bytes.length) throw new DerError("an element that is cut off");
  return { tag, content: bytes.subarray(start, start + length), bytes: bytes.subarray(0, start + length) };
}

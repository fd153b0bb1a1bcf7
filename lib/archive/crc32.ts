/**
 * CRC-32 as zip and gzip have it (RFC 1952 section 8): the polynomial of ISO 3309, reflected.
 *
 * @module
 */

/** PERF: eight bytes at a time by as many tables ("slicing by 8"), since each byte of an archive goes through here. */
const TABLES = tables();

function tables(): readonly Uint32Array[] {
  const all = Array.from({ length: 8 }, () => new Uint32Array(256)), first = all[0]!;
  for (let byte = 0; byte < 256; byte++) {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    first[byte] = value >>> 0;
  }
  for (let table = 1; table < 8; table++) {
    for (let byte = 0; byte < 256; byte++) {
      const before = all[table - 1]![byte]!;
      all[table]![byte] = (before >>> 8) ^ first[before & 0xff]!;
    }
  }
  return all;
}

/** The sum of what was summed before, which is 0 at the start, and these bytes behind it. */
export function crc32(bytes: Uint8Array, before = 0): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = TABLES as readonly [
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
  ];
  let crc = ~before, i = 0;
  for (const end = bytes.length - 7; i < end; i += 8) {
    const low = crc ^ (bytes[i]! | bytes[i + 1]! << 8 | bytes[i + 2]! << 16 | bytes[i + 3]! << 24);
    crc = t7[low & 0xff]! ^ t6[low >>> 8 & 0xff]! ^ t5[low >>> 16 & 0xff]! ^ t4[low >>> 24]! ^
      t3[bytes[i + 4]!]! ^ t2[bytes[i + 5]!]! ^ t1[bytes[i + 6]!]! ^ t0[bytes[i + 7]!]!;
  }
  for (; i < bytes.length; i++) crc = (crc >>> 8) ^ t0[(crc ^ bytes[i]!) & 0xff]!;
  return ~crc >>> 0;
}

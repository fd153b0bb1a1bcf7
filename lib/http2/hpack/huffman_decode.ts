/**
 * Huffman text to bytes: RFC 7541 section 5.2. Refuses EOS, padding of more than seven bits, and padding that has other
 * bits than the beginning of EOS.
 *
 * PERF: one look into a table for each byte of the text; a byte completes at most two symbols.
 *
 * @module
 */
import { decodeAscii, decodeLatin1 } from "../../bytes/latin1.ts";
import { CODES, EOS, LENGTHS } from "./huffman_code.ts";

/** Bits of a step through the table. */
const STEP = 8;

/** No code is shorter. */
const SHORTEST = 5;

// An entry of the table: first symbol, second symbol, how many of them, refused or not, and the next state.
const SECOND = 8, COUNT = 16, REFUSED = 1 << 18, NEXT = 24;
const NOT_ASCII = 0x8080;

/** Where the codes branch: two numbers for each place, a further place (from 0, the root) or a symbol as `~symbol`. */
function branches(): Int16Array {
  const tree = new Int16Array(2 * EOS);
  let places = 1;
  for (let symbol = 0; symbol <= EOS; symbol++) {
    let place = 0;
    for (let bit = LENGTHS[symbol]! - 1; bit >= 0; bit--) {
      const branch = 2 * place + (CODES[symbol]! >>> bit & 1);
      if (bit === 0) tree[branch] = ~symbol;
      else place = tree[branch] ||= places++;
    }
  }
  return tree;
}

/**
 * By place and step. PERF: the steps from one place are one walk, each bit of which is gone once, or loading would take
 * ten times as long.
 */
const TABLE: Uint32Array = (() => {
  const tree = branches(), table = new Uint32Array(EOS << STEP);
  const walk = (place: number, symbols: number, count: number, at: number, bits: number) => {
    if (bits === 0) {
      table[at] = symbols | count << COUNT | place << NEXT;
      return;
    }
    for (let bit = 0; bit < 2; bit++) {
      const next = tree[2 * place + bit]!, end = at | bit << bits - 1;
      if (next === ~EOS) table.fill(REFUSED, end, end + (1 << bits - 1));
      else if (next < 0) walk(0, symbols | ~next << SECOND * count, count + 1, end, bits - 1);
      else walk(next, symbols, count, end, bits - 1);
    }
  };
  for (let place = 0; place < EOS; place++) walk(place, 0, 0, place << STEP, STEP);
  return table;
})();

/** The places where a text may end: at the root, and after up to seven bits of EOS. */
const MAY_END: Uint8Array = (() => {
  const tree = branches(), ends = new Uint8Array(EOS);
  for (let bits = 0, place = 0; bits < 8; bits++, place = tree[2 * place + 1]!) ends[place] = 1;
  return ends;
})();

/** PERF: nearly every text fits. */
const SHARED = new Uint8Array(8 * 1024);

/** The text, one character a byte, of `bytes[start..end)`; undefined if it is no Huffman text. */
export function decodeHuffman(bytes: Uint8Array, start: number, end: number): string | undefined {
  const most = Math.floor((end - start) * 8 / SHORTEST) + 1;
  const text = most <= SHARED.length ? SHARED : new Uint8Array(most);
  let length = 0, state = 0, seen = 0;
  for (let at = start; at < end; at++) {
    const entry = TABLE[state << STEP | bytes[at]!]!;
    text[length] = entry;
    text[length + 1] = entry >>> SECOND;
    length += entry >>> COUNT & 3;
    seen |= entry;
    state = entry >>> NEXT;
  }
  if ((seen & REFUSED) !== 0 || MAY_END[state] === 0) return undefined;
  return seen & NOT_ASCII ? decodeLatin1(text, 0, length) : decodeAscii(text, 0, length);
}

/**
 * The compression of header blocks (RFC 7541) for the tests' own client: a decoder of all of it, and an encoder that
 * compresses nothing. It shares nothing with lib/http2, so that a mistake there is not made here, too.
 *
 * @module
 */
import { joined, toBytes, toText } from "./latin1.ts";

export type HeaderLine = readonly [name: string, value: string];

/** The static table (appendix A); without a value where there is none. */
const STATIC = (":authority|:method GET|:method POST|:path /|:path /index.html|:scheme http|:scheme https|" +
  ":status 200|:status 204|:status 206|:status 304|:status 400|:status 404|:status 500|accept-charset|" +
  "accept-encoding gzip, deflate|accept-language|accept-ranges|accept|access-control-allow-origin|age|allow|" +
  "authorization|cache-control|content-disposition|content-encoding|content-language|content-length|" +
  "content-location|content-range|content-type|cookie|date|etag|expect|expires|from|host|if-match|" +
  "if-modified-since|if-none-match|if-range|if-unmodified-since|last-modified|link|location|max-forwards|" +
  "proxy-authenticate|proxy-authorization|range|referer|refresh|retry-after|server|set-cookie|" +
  "strict-transport-security|transfer-encoding|user-agent|vary|via|www-authenticate").split("|")
  .map((line): HeaderLine => {
    const [, name, value = ""] = /^(\S+)(?: (.*))?$/.exec(line)!;
    return [name!, value];
  });

/**
 * The lengths of the Huffman code's 257 codes (appendix B), each a digit to the base of 36. The codes follow: they
 * ascend by length, and within a length by symbol.
 */
const CODE_LENGTHS =
  "dnsssssssoussussssssssusssssssss6aacd68baa8b8666555666666678f6cad6777777777777777777777787" +
  "8djde6f56565666577666567655677777fbedskmkkmmmnmnnnnnonoomnonnnnlmnmnnomlkmmnnlnmmolmnnllml" +
  "nmnnkmmmnmmnqqkjmnmpqqqrrqopjlqrrqrollqqsrrrkoklmllnmmppooqnqrqqrrrrrsrrrrrqu";

const END_OF_STRING = 256;

/** Symbols by code and length, as `length:code`. */
const SYMBOLS = (() => {
  const lengths = [...CODE_LENGTHS].map((digit) => parseInt(digit, 36));
  const order = lengths.map((length, symbol) => ({ length, symbol }))
    .sort((a, b) => a.length - b.length || a.symbol - b.symbol);
  const symbols = new Map<string, number>();
  let code = 0, last = 0;
  for (const { length, symbol } of order) {
    code *= 2 ** (length - last);
    last = length;
    symbols.set(`${length}:${code++}`, symbol);
  }
  return symbols;
})();

function unhuffman(bytes: Uint8Array): Uint8Array {
  const out: number[] = [];
  let code = 0, length = 0;
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit--) {
      code = code * 2 + (byte >> bit & 1);
      const symbol = SYMBOLS.get(`${++length}:${code}`);
      if (symbol === undefined) continue;
      if (symbol === END_OF_STRING) throw new Error("HPACK: the end of the string in it");
      out.push(symbol);
      code = length = 0;
    }
  }
  if (length > 7 || code !== 2 ** length - 1) throw new Error("HPACK: the padding is none");
  return Uint8Array.from(out);
}

/** Decodes the header blocks of one direction of a connection, in order. */
export class HpackDecoder {
  /** The latest first. */
  #table: HeaderLine[] = [];
  #limit = 4096;

  /** @throws {Error} where it is malformed */
  decode(block: Uint8Array): HeaderLine[] {
    const lines: HeaderLine[] = [];
    const input = { block, at: 0 };
    while (input.at < block.length) {
      const first = block[input.at]!;
      if (first & 0x80) lines.push(this.#entry(readInteger(input, 7)));
      else if ((first & 0xe0) === 0x20) this.#resize(readInteger(input, 5));
      else {
        const isKept = (first & 0x40) !== 0;
        const index = readInteger(input, isKept ? 6 : 4);
        const name = index === 0 ? readString(input) : this.#entry(index)[0];
        const line: HeaderLine = [name, readString(input)];
        lines.push(line);
        if (isKept) this.#keep(line);
      }
    }
    return lines;
  }

  #entry(index: number): HeaderLine {
    const line = index <= STATIC.length ? STATIC[index - 1] : this.#table[index - STATIC.length - 1];
    if (!line) throw new Error(`HPACK: there is no entry ${index}`);
    return line;
  }

  #keep(line: HeaderLine): void {
    this.#table.unshift(line);
    this.#evict();
  }

  #resize(limit: number): void {
    if (limit > 4096) throw new Error(`HPACK: a table of ${limit} bytes was never allowed`);
    this.#limit = limit;
    this.#evict();
  }

  #evict(): void {
    const size = () => this.#table.reduce((sum, [name, value]) => sum + name.length + value.length + 32, 0);
    while (size() > this.#limit) this.#table.pop();
  }
}

interface Input {
  readonly block: Uint8Array;
  at: number;
}

function readByte(input: Input): number {
  const byte = input.block[input.at++];
  if (byte === undefined) throw new Error("HPACK: the block ends within a line");
  return byte;
}

function readInteger(input: Input, bits: number): number {
  const most = 2 ** bits - 1;
  let value = readByte(input) & most;
  if (value < most) return value;
  for (let shift = 0;; shift += 7) {
    const byte = readByte(input);
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return value;
    if (shift > 28) throw new Error("HPACK: a number without end");
  }
}

function readString(input: Input): string {
  const isHuffman = (input.block[input.at]! & 0x80) !== 0;
  const length = readInteger(input, 7);
  const bytes = input.block.subarray(input.at, input.at += length);
  if (bytes.length < length) throw new Error("HPACK: the block ends within a string");
  return toText(isHuffman ? unhuffman(bytes) : bytes);
}

function integer(value: number, bits: number, pattern: number): number[] {
  const most = 2 ** bits - 1;
  if (value < most) return [pattern | value];
  const bytes = [pattern | most];
  for (value -= most; value >= 0x80; value = Math.floor(value / 0x80)) bytes.push(value % 0x80 | 0x80);
  return [...bytes, value];
}

/** A block of literals that are not indexed, as they are: any text of Latin-1, be it allowed or not. */
export function encodeBlock(lines: readonly HeaderLine[]): Uint8Array {
  const string = (text: string) => [Uint8Array.from(integer(text.length, 7, 0)), toBytes(text)];
  return joined(lines.flatMap(([name, value]) => [Uint8Array.of(0), ...string(name), ...string(value)]));
}

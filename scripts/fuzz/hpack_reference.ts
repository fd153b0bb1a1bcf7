/**
 * A second reading of RFC 7541, to compare lib/http2/hpack with: whole blocks only, bit by bit and entry by entry, as the
 * text says it.
 *
 * @module
 */
import { CODES, LENGTHS } from "../../lib/http2/hpack/huffman_code.ts";
import { STATIC_NAMES, STATIC_VALUES } from "../../lib/http2/hpack/static_table.ts";
import type { BlockLimits } from "../../tests/http2/hpack/cases.ts";

type Entry = readonly [name: string, value: string];

/** Why a block ends before its end. */
class Failure extends Error {}

const broken = () => new Failure("compression error");
const endless = () => new Failure("incomplete");

const SYMBOLS = new Map(
  Array.from(CODES, (code, symbol) => [code.toString(2).padStart(LENGTHS[symbol]!, "0"), symbol]),
);

/** Bytes that are read from front to back. */
class Reader {
  at = 0;

  constructor(readonly bytes: Uint8Array) {}

  get isAtEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  byte(): number {
    if (this.isAtEnd) throw endless();
    return this.bytes[this.at++]!;
  }

  /** Section 5.1, by its pseudocode. */
  integer(first: number, bits: number): number {
    let value = BigInt(first % 2 ** bits);
    if (value < 2n ** BigInt(bits) - 1n) return Number(value);
    for (let shift = 0n;; shift += 7n) {
      const byte = this.byte();
      value += BigInt(byte & 127) << shift;
      if (byte < 128) break;
      if (shift === 28n) throw broken();
    }
    if (value >= 2n ** 31n) throw broken();
    return Number(value);
  }

  /** Section 5.2, as bytes and whether they are Huffman text. */
  string(): { readonly bytes: Uint8Array; readonly isHuffman: boolean } {
    const first = this.byte(), length = this.integer(first, 7);
    if (this.at + length > this.bytes.length) throw endless();
    this.at += length;
    return { bytes: this.bytes.subarray(this.at - length, this.at), isHuffman: first >= 128 };
  }
}

function textOf({ bytes, isHuffman }: ReturnType<Reader["string"]>): string {
  const text = (codes: Iterable<number>) => Array.from(codes, (code) => String.fromCharCode(code)).join("");
  if (!isHuffman) return text(bytes);
  const symbols: number[] = [];
  let code = "";
  for (const bit of Array.from(bytes, (byte) => byte.toString(2).padStart(8, "0")).join("")) {
    const symbol = SYMBOLS.get(code += bit);
    if (symbol === undefined) continue;
    if (symbol > 255) throw broken();
    symbols.push(symbol);
    code = "";
  }
  if (code.length > 7 || code.includes("0")) throw broken();
  return text(symbols);
}

/** Where each representation of a block ends, as far as it is made of any. */
export function boundaries(bytes: Uint8Array): number[] {
  const reader = new Reader(bytes), ends: number[] = [];
  try {
    while (!reader.isAtEnd) {
      const first = reader.byte();
      if (first >= 128) reader.integer(first, 7);
      else if (first >= 32 && first < 64) reader.integer(first, 5);
      else {
        if (reader.integer(first, first >= 64 ? 6 : 4) === 0) reader.string();
        reader.string();
      }
      ends.push(reader.at);
    }
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
  }
  return ends;
}

/** What the limits say of the fields so far. */
class Tally {
  readonly kept: Entry[] = [];
  #line = 10;
  #size = 0;
  #cookies = 0;
  #pseudo = 0;
  #others = 0;

  constructor(readonly limits: BlockLimits) {}

  /** How many of some limit there are, at most. */
  #times(): number {
    const { requestLine, headerFields, headerCount } = this.limits;
    const lines = this.#others + Math.min(1, this.#cookies);
    const part = (used: number, limit: number) => used === 0 || limit === Infinity ? 0 : used / limit;
    return Math.max(
      part(this.#line, requestLine),
      part(this.#size, headerFields),
      part(lines, headerCount),
      this.#pseudo > 20 ? 5 : 0,
    );
  }

  get refusal(): string {
    if (this.#line > this.limits.requestLine) return " 414";
    const lines = this.#others + Math.min(1, this.#cookies);
    return this.#size > this.limits.headerFields || lines > this.limits.headerCount ? " 431" : "";
  }

  add([name, value]: Entry): void {
    if (name.startsWith(":")) this.#pseudo++;
    else if (name === "cookie") this.#cookies++;
    else this.#others++;
    if ([":path", ":method"].includes(name)) this.#line += value.length;
    else this.#size += name.length + value.length + 32;
    if (this.refusal === "") this.kept.push([name, value]);
    if (this.#times() > 4) throw new Failure("excessive");
  }
}

/** One side's decoder. */
export class ReferenceDecoder {
  #table: Entry[] = [];
  #capacity = 4096;
  #allowed = 4096;
  #owed = Infinity;

  constructor(readonly limits: BlockLimits) {}

  acknowledge(size: number): void {
    this.#allowed = size;
    if (size < this.#capacity) this.#owed = Math.min(this.#owed, size);
  }

  /** A whole block, and what came of it, in the words of tests/http2/hpack/README.md. */
  decode(bytes: Uint8Array): string[] {
    const tally = new Tally(this.limits);
    let state: string;
    try {
      this.#decodeAll(new Reader(bytes.subarray(0, this.limits.blockBytes)), tally);
      state = bytes.length > this.limits.blockBytes ? "excessive" : `whole${tally.refusal}`;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      state = error.message === "incomplete"
        ? bytes.length > this.limits.blockBytes ? "excessive" : "compression error"
        : error.message;
    }
    const line = (kind: string, [name, value]: Entry) => `${kind} ${name}:${value && ` ${value}`}`;
    return [
      ...tally.kept.map((field) => line("field", field)),
      state,
      `table ${this.#size()} of ${this.#capacity}`,
      ...this.#table.map((entry) => line("entry", entry)),
    ];
  }

  #decodeAll(reader: Reader, tally: Tally): void {
    let updates = 0, hasFields = false;
    while (!reader.isAtEnd) {
      const first = reader.byte();
      if (first >> 5 === 1) {
        const size = reader.integer(first, 5);
        if (hasFields || ++updates === 3 || size > Math.min(this.#owed, this.#allowed)) throw broken();
        this.#owed = Infinity;
        this.#capacity = size;
        this.#evict();
        continue;
      }
      const isInserted = first >> 6 === 1;
      const field = first >= 128
        ? this.#entry(reader.integer(first, 7))
        : this.#literal(reader, reader.integer(first, isInserted ? 6 : 4));
      if (this.#owed < Infinity) throw broken();
      hasFields = true;
      try {
        tally.add(field);
      } finally {
        if (isInserted) this.#insert(field);
      }
    }
  }

  #literal(reader: Reader, index: number): Entry {
    if (index === 0) {
      const name = reader.string(), value = reader.string();
      return [textOf(name), textOf(value)];
    }
    const [name] = this.#entry(index);
    return [name, textOf(reader.string())];
  }

  #entry(index: number): Entry {
    if (index >= 1 && index <= 61) return [STATIC_NAMES[index]!, STATIC_VALUES[index]!];
    const entry = this.#table[index - 62];
    if (entry === undefined) throw broken();
    return entry;
  }

  #insert(entry: Entry): void {
    this.#table.unshift(entry);
    this.#evict();
  }

  #evict(): void {
    while (this.#size() > this.#capacity) this.#table.pop();
  }

  #size(): number {
    return this.#table.reduce((size, [name, value]) => size + name.length + value.length + 32, 0);
  }
}

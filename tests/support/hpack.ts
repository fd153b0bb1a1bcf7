/**
 * Header blocks as a client makes them (RFC 7541): an encoder with a dynamic table, and the parts of a block for those who
 * write one by hand.
 *
 * @module
 */
import { encodeLatin1 } from "../../lib/bytes/latin1.ts";
import { DynamicTable } from "../../lib/http2/hpack/dynamic_table.ts";
import { encodeHuffmanInto, huffmanLength } from "../../lib/http2/hpack/huffman_encode.ts";
import { writeInteger } from "../../lib/http2/hpack/integer.ts";
import { LAST_STATIC, STATIC_NAMES, STATIC_VALUES } from "../../lib/http2/hpack/static_table.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** A literal: put into the table, not put there, or never to be put into one. */
export type Literal = "inserted" | "not indexed" | "never indexed";

/** First byte and prefix of each kind of literal. */
const KINDS: Readonly<Record<Literal, readonly [flags: number, bits: number]>> = {
  "inserted": [0x40, 6],
  "not indexed": [0x00, 4],
  "never indexed": [0x10, 4],
};

/** All parts as one block. */
export function block(...parts: readonly Bytes[]): Bytes {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** An integer with a prefix of so many bits. */
export function integer(value: number, bits: number, flags = 0): Bytes {
  const bytes = new Uint8Array(8);
  return bytes.slice(0, writeInteger(value, 2 ** bits - 1, flags, bytes, 0));
}

/** A string literal; as Huffman text even where that is longer. */
export function text(value: string, huffman = false): Bytes {
  if (!huffman) return block(integer(value.length, 7), encodeLatin1(value));
  const bytes = new Uint8Array(huffmanLength(value));
  encodeHuffmanInto(value, bytes, 0);
  return block(integer(bytes.length, 7, 0x80), bytes);
}

/** A field that stands in a table. */
export function indexed(index: number): Bytes {
  return integer(index, 7, 0x80);
}

/** A field of its own; its name may be an index. */
export function literal(name: string | number, value: string, kind: Literal, huffman = false): Bytes {
  const [flags, bits] = KINDS[kind];
  return typeof name === "number"
    ? block(integer(name, bits, flags), text(value, huffman))
    : block(integer(0, bits, flags), text(name, huffman), text(value, huffman));
}

/** The table's size changes: only at the start of a block. */
export function sizeUpdate(size: number): Bytes {
  return integer(size, 5, 0x20);
}

/** How to encode. */
export interface EncoderOptions {
  /** The text of literals; where it is not said, Huffman where that is shorter. */
  readonly huffman?: boolean;
  /** What becomes of fields that stand in no table. */
  readonly literals?: Literal;
}

/** One side's encoder, with its copy of the other's dynamic table. */
export class HpackEncoder {
  readonly table: DynamicTable = new DynamicTable();
  /** The sizes since the last block: the smallest, and the last if it is another. */
  #sizes: number[] = [];

  constructor(readonly options: EncoderOptions = {}) {}

  /** Another size of the table; the next block begins by saying so. */
  resize(size: number): void {
    const smallest = Math.min(size, ...this.#sizes);
    this.#sizes = smallest === size ? [size] : [smallest, size];
    this.table.resize(size);
  }

  /** A whole block. */
  encode(
    fields: Iterable<readonly [name: string, value: string]>,
    options: EncoderOptions = this.options,
  ): Bytes {
    const updates = this.#sizes.map(sizeUpdate);
    this.#sizes = [];
    return block(...updates, ...Array.from(fields, ([name, value]) => this.#field(name, value, options)));
  }

  #field(name: string, value: string, { huffman, literals = "inserted" }: EncoderOptions): Bytes {
    const [index, nameIndex] = this.#find(name, value);
    if (index > 0 && literals !== "never indexed") return indexed(index);
    if (literals === "inserted") this.table.insert(name, value);
    const [flags, bits] = KINDS[literals];
    const isShorter = (string: string) => huffman ?? huffmanLength(string) < string.length;
    const head = integer(nameIndex, bits, flags);
    return nameIndex > 0
      ? block(head, text(value, isShorter(value)))
      : block(head, text(name, isShorter(name)), text(value, isShorter(value)));
  }

  /** The index of the field, and of some field of that name; 0 for none. */
  #find(name: string, value: string): [index: number, nameIndex: number] {
    let nameIndex = 0;
    for (let index = 1; index <= LAST_STATIC + this.table.count; index++) {
      const entry = index - LAST_STATIC - 1;
      if ((entry < 0 ? STATIC_NAMES[index] : this.table.name(entry)) !== name) continue;
      if ((entry < 0 ? STATIC_VALUES[index] : this.table.value(entry)) === value) return [index, index];
      nameIndex ||= index;
    }
    return [0, nameIndex];
  }
}

/**
 * Header blocks to fields: RFC 7541 sections 3, 4 and 6. Refuses indexes that no table has, integers beyond 2^31 - 1, text
 * that is no Huffman text, a block that ends within a field, and changes of the table's size that are too large, too
 * late in the block, more than two, or missing after ours has shrunk.
 *
 * @module
 */
import { ReceiveBuffer } from "../../bytes/receive_buffer.ts";
import { DEFAULT_TABLE_SIZE, DynamicTable } from "./dynamic_table.ts";
import type { FieldSink } from "./field_list.ts";
import { INCOMPLETE, integer, readIntegerEnd, TOO_LARGE } from "./integer.ts";
import { LAST_STATIC, STATIC_NAMES, STATIC_VALUES } from "./static_table.ts";
import { readText } from "./text.ts";

/**
 * What became of a part of a block. `more`: the block goes on; `whole`: it is over, and the sink has its fields;
 * `excessive`: it has too many bytes, or the sink wants no more: the connection ends with ENHANCE_YOUR_CALM;
 * `compression error`: it ends with COMPRESSION_ERROR. After either of these two nothing more is decoded.
 */
export type BlockState = "more" | "whole" | "excessive" | "compression error";

/** What a representation begins with, and the bits that belong to its first integer: section 6. */
const INDEXED = 0x80, INDEX = 0x7f;
const INSERTED = 0x40, INSERTED_NAME = 0x3f;
const SIZE_UPDATE = 0x20, SIZE = 0x1f;
const LITERAL_NAME = 0x0f;
const HUFFMAN = 0x80, LENGTH = 0x7f;

/** Section 4.2: the smallest size since the last block, and the last. */
const MOST_SIZE_UPDATES = 2;

/** The representation is not whole. Another negative number is the end of the connection. */
const ERROR = TOO_LARGE, EXCESSIVE = -3;

/** The peer's header blocks, one after the other: one decoder for each connection. */
export class HpackDecoder {
  /** For tests: what the peer has put into it. */
  readonly table: DynamicTable = new DynamicTable();
  #maxTableSize = DEFAULT_TABLE_SIZE;
  /** The peer must say that its table is no larger than this before anything else. */
  #owed: number | undefined;
  #updates = 0;
  #hasFields = false;
  /** Bytes of the block so far. */
  #length = 0;
  /** The beginning of a representation whose end has not come. */
  #held: ReceiveBuffer | undefined;
  #failure: "excessive" | "compression error" | undefined;

  /** @param mostBytes of a whole block in its encoded form; more are excessive */
  constructor(readonly mostBytes: number) {}

  /** Our SETTINGS_HEADER_TABLE_SIZE has been acknowledged; it is 4096 before that. */
  setMaxTableSize(size: number): void {
    this.#maxTableSize = size;
    if (size < this.table.capacity) this.#owed = Math.min(size, this.#owed ?? size);
  }

  /**
   * Decodes the next part of a block, `bytes[start..end)`, which need not stay. It may be cut anywhere.
   *
   * @param endsBlock the block ends with it
   */
  decode(bytes: Uint8Array, start: number, end: number, endsBlock: boolean, sink: FieldSink): BlockState {
    if (this.#failure !== undefined) return this.#failure;
    const most = Math.min(end, start + this.mostBytes - this.#length);
    this.#length += most - start;
    const rest = this.#held === undefined
      ? this.#decodeAll(bytes, start, most, sink)
      : this.#decodeHeld(this.#held, bytes.subarray(start, most), sink);
    if (rest < 0) return this.#fail(rest === EXCESSIVE ? "excessive" : "compression error");
    if (most < end) return this.#fail("excessive");
    if (!endsBlock) {
      if (this.#held === undefined && rest < most) this.#hold(bytes.subarray(rest, most));
      return "more";
    }
    if (this.#held !== undefined || rest < most) return this.#fail("compression error");
    this.#length = this.#updates = 0;
    this.#hasFields = false;
    return "whole";
  }

  #fail(failure: "excessive" | "compression error"): BlockState {
    this.#release();
    return this.#failure = failure;
  }

  #hold(bytes: Uint8Array): void {
    this.#held = new ReceiveBuffer();
    this.#held.append(bytes);
  }

  #release(): void {
    this.#held?.release();
    this.#held = undefined;
  }

  /** Decodes what is held and the bytes behind it, and holds what is left. */
  #decodeHeld(held: ReceiveBuffer, bytes: Uint8Array, sink: FieldSink): number {
    held.append(bytes);
    const rest = this.#decodeAll(held.bytes, held.start, held.end, sink);
    if (rest < 0) return rest;
    held.consume(rest - held.start);
    if (held.length === 0) this.#release();
    return rest;
  }

  /** The offset behind the last whole representation, or a failure. */
  #decodeAll(bytes: Uint8Array, start: number, end: number, sink: FieldSink): number {
    let at = start;
    while (at < end) {
      const first = bytes[at]!;
      const next = first >= INDEXED
        ? this.#decodeIndexed(bytes, at, end, sink)
        : first >= INSERTED
        ? this.#decodeLiteral(bytes, at, end, INSERTED_NAME, sink)
        : first >= SIZE_UPDATE
        ? this.#decodeSizeUpdate(bytes, at, end)
        : this.#decodeLiteral(bytes, at, end, LITERAL_NAME, sink);
      if (next < 0) return next === INCOMPLETE ? at : next;
      at = next;
    }
    return at;
  }

  /** Section 6.1. */
  #decodeIndexed(bytes: Uint8Array, at: number, end: number, sink: FieldSink): number {
    const next = readIntegerEnd(bytes, at, end, INDEX), index = integer;
    if (next < 0) return next;
    if (!this.#isIndex(index)) return ERROR;
    if (index <= LAST_STATIC) return this.#add(STATIC_NAMES[index]!, STATIC_VALUES[index]!, next, sink);
    const entry = index - LAST_STATIC - 1;
    return this.#add(this.table.name(entry), this.table.value(entry), next, sink);
  }

  /**
   * Section 6.2. Nothing is decoded before all of it is there, so that bytes which come one by one are not decoded over
   * and over.
   */
  #decodeLiteral(bytes: Uint8Array, at: number, end: number, prefix: number, sink: FieldSink): number {
    const nameAt = readIntegerEnd(bytes, at, end, prefix), index = integer;
    if (nameAt < 0) return nameAt;
    if (index > 0 && !this.#isIndex(index)) return ERROR;
    let valueAt = nameAt, nameStart = nameAt;
    if (index === 0) {
      if (nameAt >= end) return INCOMPLETE;
      nameStart = readIntegerEnd(bytes, nameAt, end, LENGTH);
      if (nameStart < 0) return nameStart;
      valueAt = nameStart + integer;
    }
    if (valueAt >= end) return INCOMPLETE;
    const valueStart = readIntegerEnd(bytes, valueAt, end, LENGTH);
    if (valueStart < 0) return valueStart;
    const next = valueStart + integer;
    if (next > end) return INCOMPLETE;
    const name = index === 0
      ? readText(bytes, nameStart, valueAt, bytes[nameAt]! >= HUFFMAN)
      : this.#nameOf(index);
    const value = readText(bytes, valueStart, next, bytes[valueAt]! >= HUFFMAN);
    if (name === undefined || value === undefined) return ERROR;
    const added = this.#add(name, value, next, sink);
    if (prefix === INSERTED_NAME && added !== ERROR) this.table.insert(name, value);
    return added;
  }

  /** Section 6.3. */
  #decodeSizeUpdate(bytes: Uint8Array, at: number, end: number): number {
    const next = readIntegerEnd(bytes, at, end, SIZE), size = integer;
    if (next < 0) return next;
    if (this.#hasFields || ++this.#updates > MOST_SIZE_UPDATES) return ERROR;
    if (size > (this.#owed ?? this.#maxTableSize)) return ERROR;
    this.#owed = undefined;
    this.table.resize(size);
    return next;
  }

  /** Hands on a field, and gives `next` or a failure. */
  #add(name: string, value: string, next: number, sink: FieldSink): number {
    if (this.#owed !== undefined) return ERROR;
    this.#hasFields = true;
    return sink.add(name, value) ? next : EXCESSIVE;
  }

  #isIndex(index: number): boolean {
    return index > 0 && index <= LAST_STATIC + this.table.count;
  }

  #nameOf(index: number): string {
    return index <= LAST_STATIC ? STATIC_NAMES[index]! : this.table.name(index - LAST_STATIC - 1);
  }
}

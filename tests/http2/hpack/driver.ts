/**
 * Decodes the blocks of a connection and writes down what came of them, in the words of README.md.
 *
 * @module
 */
import { HpackDecoder } from "../../../lib/http2/hpack/decoder.ts";
import { sizeUpdate } from "../../support/hpack.ts";
import { FieldList } from "../../../lib/http2/hpack/field_list.ts";
import type { BlockLimits } from "./cases.ts";

/** One side's decoder and what is asked of it. */
export class Driver {
  readonly decoder: HpackDecoder;
  readonly #limits: BlockLimits;

  /** @param tableSize that both sides have agreed on, and that the table has; 4096 if undefined */
  constructor(limits: BlockLimits, tableSize?: number) {
    this.#limits = limits;
    this.decoder = new HpackDecoder(limits.blockBytes);
    if (tableSize === undefined) return;
    this.decoder.setMaxTableSize(tableSize);
    this.feed([sizeUpdate(tableSize)]);
  }

  /** A block in pieces. */
  feed(pieces: readonly Uint8Array[]): string[] {
    const list = new FieldList(this.#limits);
    let state = "more";
    for (const [index, piece] of pieces.entries()) {
      // Within other bytes, which are none of the decoder's business.
      const around = new Uint8Array(piece.length + 4).fill(0xff);
      around.set(piece, 2);
      const isLast = index === pieces.length - 1;
      state = this.decoder.decode(around, 2, 2 + piece.length, isLast, list);
      around.fill(0xff);
      if (state !== "more") break;
    }
    if (state === "more") throw new Error("The block is not over");
    if (state !== "whole") this.#expectNothing(state);
    const { table } = this.decoder;
    return [
      ...list.names.map((name, index) => line("field", name, list.values[index]!)),
      state === "whole" && list.refusal ? `whole ${list.refusal}` : state,
      `table ${table.size} of ${table.capacity}`,
      ...Array.from(
        { length: table.count },
        (_, entry) => line("entry", table.name(entry), table.value(entry)),
      ),
    ];
  }

  /** After a failure nothing more is decoded. */
  #expectNothing(state: string): void {
    const list = new FieldList(this.#limits);
    const next = this.decoder.decode(Uint8Array.of(0x82), 0, 1, true, list);
    if (next !== state || list.names.length > 0) throw new Error(`"${next}" came after "${state}"`);
  }
}

function line(kind: string, name: string, value: string): string {
  return `${kind} ${name}:${value && ` ${value}`}`;
}

/**
 * Header blocks to fields: RFC 7541 section 6.
 *
 * @module
 */
import type { FieldSink } from "./field_list.ts";

/**
 * What became of a part of a block. `more`: the block goes on; `whole`: it is over, and the sink has its fields;
 * `excessive`: it is longer than four times the limits, and the connection ends with ENHANCE_YOUR_CALM;
 * `compression error`: it ends with COMPRESSION_ERROR. After either of these two nothing more can be decoded.
 */
export type BlockState = "more" | "whole" | "excessive" | "compression error";

/** The peer's header blocks, one after the other: one decoder for each connection. */
export class HpackDecoder {
  /** @param mostBytes what a block may have in its encoded form: MOST_TIMES limits.header_fields */
  constructor(readonly mostBytes: number) {}

  /** Our SETTINGS_HEADER_TABLE_SIZE has been acknowledged; it is 4096 before that. */
  setMaxTableSize(_size: number): void {
    throw new Error("to be built");
  }

  /** Decodes the next part of a block, `bytes[start..end)`, which need not stay. */
  decode(
    _bytes: Uint8Array,
    _start: number,
    _end: number,
    _endsBlock: boolean,
    _sink: FieldSink,
  ): BlockState {
    throw new Error("to be built");
  }
}

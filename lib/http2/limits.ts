/**
 * How much is taken of one connection before it is refused or ended.
 *
 * @module
 */
import type { FieldLimits } from "./hpack/field_list.ts";

/** In bytes, lines and streams; `Infinity` is no limit but for streams. */
export interface Http2Limits extends FieldLimits {
  /** Streams at one time; more are refused (RFC 9113 section 5.1.2). */
  readonly streams: number;
}

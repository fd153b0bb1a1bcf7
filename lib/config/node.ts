/**
 * What a configuration file is once it is taken apart: nodes that know where they stand.
 *
 * @module
 */
import type { Position } from "./issues.ts";

/** A value, and where it stands: its line is that of its key, or its own in a list. */
export interface Node extends Position {
  readonly value: string | number | boolean | null | readonly Node[] | ReadonlyMap<string, Node>;
  /** A scalar as it was written, without quotes. */
  readonly text: string;
}

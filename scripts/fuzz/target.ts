/**
 * What can be fuzzed.
 *
 * @module
 */
import type { Mutation } from "./mutate.ts";
import type { Random } from "./random.ts";

/** Code that takes bytes from strangers, and what must hold for any of them. */
export interface FuzzTarget {
  readonly name: string;
  /** Inputs to begin with; the more kinds of outcome they reach, the better. */
  readonly seeds: readonly Uint8Array[];
  /** Words that matter to the code, to be put into inputs. */
  readonly dictionary: readonly Uint8Array[];
  /** Changes that keep most of an input's structure: three of four are of these. */
  readonly mutations?: readonly Mutation[];
  /**
   * Tries one input. All choices must come from `random`, so that the same call can be made again.
   *
   * @returns a short name for the kind of outcome: an input with a new one becomes a seed itself
   * @throws {Error} if something does not hold
   */
  check(input: Uint8Array, random: Random): string | Promise<string>;
}

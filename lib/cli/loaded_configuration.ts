/**
 * What comes of reading a configuration.
 *
 * @module
 */
import type { Config } from "../config/types.ts";

/** A configuration and what is odd about it. */
export interface LoadedConfiguration {
  readonly config: Config;
  readonly warnings: readonly string[];
  /** Where the file has each address, by endpointKey(); empty where it has none, or an option replaces it. */
  readonly listens: ReadonlyMap<string, string>;
  /** The variables of the environment that the file names, sorted. */
  readonly variables: readonly string[];
}

/**
 * Variables that the system's loader obeys when it starts a program. The runtime hands them on only where every program
 * may be run: with LD_PRELOAD, a permission for one program would be one for all.
 *
 * @module
 */
import { allLocations } from "./places.ts";
import type { Config } from "./types.ts";

/** Those that the runtime means, whatever their case. */
const LOADER_VARIABLE = /^(?:LD_|DYLD_)/i;

/** The names of those that programs of this configuration get, each once. */
export function loaderVariables(config: Config): string[] {
  const names = allLocations(config).flatMap(({ programs: { cgi, cgiScript, cgiEnv } }) =>
    cgi === undefined && cgiScript === undefined ? [] : Object.keys(cgiEnv)
  );
  return [...new Set(names.filter((name) => LOADER_VARIABLE.test(name)))];
}

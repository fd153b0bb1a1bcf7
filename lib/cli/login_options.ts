/**
 * What the options of the command line say of logins, without anything being done about it yet.
 *
 * @module
 */
import type { CommandLine } from "./command_line.ts";

/** A name and a password are asked for. */
export function asksForLogin({ user, switches }: CommandLine): boolean {
  return user !== undefined || (switches.has("lan") && !switches.has("public"));
}

/** What `--public` lets everybody do. */
export function publicWarnings({ switches }: CommandLine): string[] {
  // Of uploads check.ts warns, whatever has opened them.
  if (!switches.has("public") || !switches.has("cgi")) return [];
  return ["everybody in this network may run the programs of cgi-bin: without --public they log in"];
}

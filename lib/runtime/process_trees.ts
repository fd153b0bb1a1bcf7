/**
 * How programs are ended together with what they have started. Where a program has a process group of its own, the group
 * gets the signal. Windows has no groups: `taskkill /T` goes down from a program to its children, as long as it is there
 * itself. So there the program is never ended alone, and what it has left behind when it ended by itself stays.
 *
 * @module
 */
import type { System } from "../ports.ts";

/** What ends programs with all that they have started: its name, to be looked for on the search path. */
export const KILL_PROGRAMS: Readonly<Record<System, string>> = {
  linux: "kill",
  darwin: "kill",
  windows: "taskkill",
};

/** Its arguments. It complains of each that it does not find, by its number. */
export function killArguments(pids: readonly number[], system: System): string[] {
  return system === "windows"
    ? ["/T", "/F", ...pids.flatMap((pid) => ["/PID", `${pid}`])]
    : ["-KILL", "--", ...pids.map((pid) => `-${pid}`)];
}

/** Those of which it has not complained. @param complaints what it has said on standard error */
export function killedOf(pids: readonly number[], complaints: string, system: System): number[] {
  const sign = system === "windows" ? "(?<!\\d)" : "-";
  return pids.filter((pid) => !new RegExp(`${sign}${pid}\\b`).test(complaints));
}

/**
 * What Linux says of processes (proc(5)). Where there is no /proc, or the runtime may not read it (it wants every
 * permission for that), nothing is known.
 *
 * @module
 */
import { SYSTEM } from "./system.ts";

/** One process. */
export interface ProcessFacts {
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** It has ended, and nobody has waited for it: a zombie. */
  readonly ended: boolean;
  /** When it was started, in hundredths of a second since the system was. */
  readonly started: number;
}

/** True where the other functions can tell. */
export function knowsProcesses(): boolean {
  return SYSTEM === "linux" && isOurProc();
}

/** It may be that of other process ids, where somebody has made a namespace of them by halves. */
function isOurProc(): boolean {
  try {
    return Deno.readLinkSync("/proc/self") === `${Deno.pid}` && factsOf(Deno.pid) !== undefined;
  } catch {
    return false;
  }
}

/** Undefined where there is no such process. */
export function factsOf(pid: number): ProcessFacts | undefined {
  let text: string;
  try {
    text = Deno.readTextFileSync(`/proc/${pid}/stat`);
  } catch {
    // It has ended, perhaps meanwhile.
    return undefined;
  }
  // The second field is a name in brackets, with whatever its process likes in it.
  const words = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [, parent = 0, group = 0, session = 0] = words.map(Number);
  return { parent, group, session, ended: words[0] === "Z", started: Number(words[19] ?? 0) };
}

/** Every process there is that belongs to a group. */
export function membersOf(group: number): ProcessFacts[] {
  return [...Deno.readDirSync("/proc")]
    .filter(({ name }) => /^[0-9]+$/.test(name))
    .flatMap(({ name }) => factsOf(Number(name)) ?? [])
    .filter((facts) => facts.group === group);
}

/** Hundredths of a second since the system was started. */
export function systemTime(): number {
  return Math.floor(Number(Deno.readTextFileSync("/proc/uptime").split(" ", 1)[0]) * 100);
}

/**
 * What a process takes of its system, as Linux's /proc says it.
 *
 * @module
 */
import { parseRss, readTree } from "../bench/proc.ts";
import { pause } from "./pace.ts";

/** How long a server has to come to rest, in milliseconds: longer than its time-outs and its oldest workers. */
const REST = 30_000;

/** What a server at rest may have more than before, e.g. what the runtime's pool of threads has open. */
const MORE_DESCRIPTORS = 8;

/** A look at a process. */
export interface Health {
  /** Resident memory in bytes. */
  readonly memory: number;
  readonly descriptors: number;
  readonly threads: number;
  /** Programs that it has started. */
  readonly children: number;
}

/** @throws {Deno.errors.NotFound} if the process has ended */
export function healthOf(pid: number): Health {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return {
    memory: parseRss(status) ?? 0,
    descriptors: [...Deno.readDirSync(`/proc/${pid}/fd`)].length,
    threads: Number(/^Threads:\s+(\d+)$/m.exec(status)?.[1]),
    children: readTree(pid).length - 1,
  };
}

/** For a line of a report. */
export function describe({ memory, descriptors, threads, children }: Health): string {
  return `${
    (memory / 2 ** 20).toFixed(0)
  } MiB, ${descriptors} descriptors, ${threads} threads, ${children} programs`;
}

/** Nothing has been left open, and no program that was not there before. */
export function isAsBefore(now: Health, before: Health): boolean {
  return now.children <= before.children && now.descriptors <= before.descriptors + MORE_DESCRIPTORS;
}

/** Waits until it is as it was before, or is taken not to become so. */
export async function rest(pid: number, isBack: (now: Health) => boolean): Promise<Health> {
  const deadline = performance.now() + REST;
  for (;;) {
    const now = healthOf(pid);
    if (isBack(now) || performance.now() > deadline) return now;
    await pause(100);
  }
}

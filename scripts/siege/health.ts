/**
 * What a process takes of its system, as Linux's /proc says it.
 *
 * @module
 */
import { parseRss, readTree } from "../bench/proc.ts";

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

/**
 * What a server that was soaked has left behind: files that are not finished, and processes.
 *
 * @module
 */
import { join } from "@std/path";
import type { Health } from "../siege/health.ts";

/** Threads that a server at rest may have more than before: the runtime's pool ends its own when it likes. */
const MORE_THREADS = 8;

/** The runtime has given back the threads of workers that were replaced. */
export function hasThreadsOf(now: Health, before: Health): boolean {
  return now.threads <= before.threads + MORE_THREADS;
}

/** What stays on purpose, empty, for servers that start at the same time. */
const LOCK = /\/webserv-pools-\d+\/lock$/;

/** Files below folders that should not be there any more: uploads, spools, sockets. */
export function unfinishedIn(folders: readonly string[]): string[] {
  return filesBelow(folders).filter((path) => !LOCK.test(path));
}

/** Files below folders, by their paths; of folders that are not there, none. */
function filesBelow(folders: readonly string[]): string[] {
  return folders.flatMap((folder) => {
    try {
      return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
        const path = join(folder, name);
        return isDirectory ? filesBelow([path]) : [path];
      });
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return [];
      throw error;
    }
  });
}

/** Processes that work in a folder or have it in their command, and those of a list that are there still. */
export function processesIn(folder: string, others: readonly number[]): number[] {
  return [...Deno.readDirSync("/proc")].map(({ name }) => Number(name)).filter((pid) => {
    if (!(pid > 0) || pid === Deno.pid) return false;
    try {
      // A zombie has neither; its parent has only not looked at it yet.
      return others.includes(pid) && !isZombie(pid) ||
        Deno.readLinkSync(`/proc/${pid}/cwd`).startsWith(folder) ||
        Deno.readTextFileSync(`/proc/${pid}/cmdline`).includes(folder);
    } catch {
      // It has just ended, or it is somebody else's.
      return false;
    }
  });
}

function isZombie(pid: number): boolean {
  return /^State:\s+Z/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
}

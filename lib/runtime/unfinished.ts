/**
 * Files that are being written, and folders that are being removed: they have hidden names, and whatever becomes of this
 * program, somebody removes them.
 *
 * @module
 */
import { basename, join } from "@std/path";
import { fileError } from "./files.ts";

/** Hidden, so that no request reaches it and no listing shows it. */
export const PREFIX = ".webserv-upload-";

/** Hidden as well, and never removed by us. */
export const KEPT_PREFIX = ".webserv-kept-";

/** How often an unfinished file is looked for, at once; and so often again, so many times, every so many milliseconds. */
const ATTEMPTS = 1000;
const ATTEMPTS_LATER = 10;
const LOOKS = 10;
const LOOK_PERIOD = 500;

/** Files that are looked for at a time. */
const MOST_LOST = 100;

/** Who removes what is unfinished when this thread or this program comes to a sudden end. */
export interface UnfinishedRegistry {
  begun(path: string): void;
  over(path: string): void;
}

/** Of this thread. */
const unfinished = new Set<string>();

/** Keeps them for the end of this program. */
export const unfinishedFiles: UnfinishedRegistry = {
  begun: (path) => void unfinished.add(path),
  over: (path) => void unfinished.delete(path),
};

let registry = unfinishedFiles;

/** Something has such a name now. */
export function begun(path: string): void {
  registry.begun(path);
}

/** It has another name, or is gone. */
export function over(path: string): void {
  registry.over(path);
}

/** Has them kept by another: a worker thread ends without a word when the program does. */
export function setUnfinishedRegistry(other: UnfinishedRegistry): void {
  registry = other;
}

/** True for the name of a file that is being written. */
export function isUnfinishedName(name: string): boolean {
  return name.startsWith(PREFIX);
}

/**
 * Removes a file that was left behind, if its name is that of one. Never throws: what cannot be removed is swept at the next start.
 *
 * @returns false if it is not there
 */
export function removeUnfinished(path: string): boolean {
  unfinished.delete(path);
  if (!isUnfinishedName(basename(path))) return true;
  try {
    // A folder that was to be removed is one of them. No link is followed.
    Deno.removeSync(path, { recursive: true });
    return true;
  } catch (error) {
    return fileError(error, path).problem !== "not found";
  }
}

globalThis.addEventListener("unload", () => unfinished.forEach(removeUnfinished));

/** SECURITY: nobody else removes it: where it is not found, a folder on the way leads elsewhere just now. Never throws. */
export function discardUnfinished(path: string): void {
  if (isRemovedIn(ATTEMPTS, path)) registry.over(path);
  else removeLater(path);
}

function isRemovedIn(attempts: number, path: string): boolean {
  for (let attempt = 0; attempt < attempts; attempt++) if (removeUnfinished(path)) return true;
  return false;
}

/** What was not found, and how often it is still to be looked for. */
const lost = new Map<string, number>();
let looking: ReturnType<typeof setInterval> | undefined;

function removeLater(path: string): void {
  if (lost.size >= MOST_LOST) return registry.over(path);
  lost.set(path, LOOKS);
  if (looking !== undefined) return;
  looking = setInterval(removeLost, LOOK_PERIOD);
  Deno.unrefTimer(looking);
}

function removeLost(): void {
  for (const [path, looks] of lost) {
    if (!isRemovedIn(ATTEMPTS_LATER, path) && looks > 1) lost.set(path, looks - 1);
    else {
      lost.delete(path);
      registry.over(path);
    }
  }
  if (lost.size > 0) return;
  clearInterval(looking);
  looking = undefined;
}

/** A hidden name in a folder, which nothing has. */
export function hiddenPath(folder: string, prefix = PREFIX): string {
  return join(folder, `${prefix}${Deno.pid}-${crypto.randomUUID()}`);
}

/**
 * Symbolic links that lead out of where a worker may read or write. The runtime's permissions go by a path's name, and
 * not by where it leads: what a request is refused (lib/disk looks at the resolved path), a worker that was taken over
 * is not.
 *
 * @module
 */
import { isContained } from "../http/containment.ts";

/** A folder to be searched with all that is below it. */
export interface SearchedFolder {
  readonly path: string;
  /** Places, resolved, that its links may lead to. */
  readonly allowed: readonly string[];
}

/** How far a search goes. */
export interface SearchBounds {
  readonly entries: number;
  /** Milliseconds. */
  readonly time: number;
}

/** What was found. */
export interface OutwardLinks {
  /** The first of them. */
  readonly links: readonly { readonly path: string; readonly target: string }[];
  /** All of them. */
  readonly count: number;
  /** False: the search met one of its bounds. */
  readonly isWhole: boolean;
}

/** So many are told one by one. */
const TOLD = 20;

/** Looks for them, folder by folder. Links are not followed. Never rejects. */
export async function outwardLinks(
  folders: readonly SearchedFolder[],
  { entries, time }: SearchBounds,
): Promise<OutwardLinks> {
  const end = performance.now() + time;
  const links: { path: string; target: string }[] = [];
  const seen = new Set<string>();
  let count = 0, left = entries;
  for (const { path: top, allowed } of folders) {
    const waiting = [top];
    for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
      const id = `${folder}\n${allowed.join("\n")}`;
      if (seen.has(id)) continue;
      seen.add(id);
      for (const { name, isSymlink, isDirectory } of await entriesOf(folder)) {
        if (--left < 0 || performance.now() > end) return { links, count, isWhole: false };
        const path = `${folder === "/" ? "" : folder}/${name}`;
        if (isDirectory) waiting.push(path);
        const target = isSymlink ? realPathOf(path) : undefined;
        if (target === undefined || allowed.some((place) => isContained(target, place))) continue;
        count++;
        if (links.length < TOLD) links.push({ path, target });
      }
    }
  }
  return { links, count, isWhole: true };
}

/** Empty where there is nothing for us to see: then a worker does not see it either. */
async function entriesOf(folder: string): Promise<Deno.DirEntry[]> {
  try {
    return await Array.fromAsync(Deno.readDir(folder));
  } catch (error) {
    if (isOrdinary(error)) return [];
    throw error;
  }
}

/** Undefined where it leads to nothing that could be reached. */
function realPathOf(link: string): string | undefined {
  try {
    return Deno.realPathSync(link);
  } catch (error) {
    if (isOrdinary(error)) return undefined;
    throw error;
  }
}

/** Missing, locked, going round in a circle, or no folder any more: any error of the system, and none of ours. */
function isOrdinary(error: unknown): boolean {
  return error instanceof Error && (Object.values(Deno.errors).some((kind) => error instanceof kind) ||
    "code" in error || error.message.includes("os error"));
}

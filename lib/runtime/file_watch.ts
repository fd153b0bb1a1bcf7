/**
 * Notices that a file has another content, by looking at it now and then: editors replace files instead of writing to
 * them, folders are mounted and links are moved, and a look needs no permission but that to read the file.
 *
 * @module
 */
import type { Clock } from "../ports.ts";

/** How often a file is looked at, in milliseconds. */
export const LOOK = 500;

/** What a file is like; another file or another content is another state. Undefined where there is none. */
export function fileState(path: string): string | undefined {
  try {
    const { dev, ino, size, mtime } = Deno.statSync(path);
    return `${dev} ${ino} ${size} ${mtime?.getTime()}`;
  } catch {
    // Whatever keeps it from being seen may be over at the next look, e.g. where it is just being replaced.
    return undefined;
  }
}

/**
 * Calls back once for each change, when the files have stayed the same from one look to the next: whoever writes one piece
 * by piece, or one after the other, is done by then.
 *
 * @param paths asked for at each look; what is new among them is no change
 * @param known states that are no change
 * @returns ends it
 */
export function watchFiles(
  paths: () => readonly string[],
  known: ReadonlyMap<string, string | undefined>,
  clock: Clock,
  changed: () => void,
): () => void {
  let reported = new Map(known), seen = new Map(known);
  return clock.every(LOOK, () => {
    const states = new Map(paths().map((path) => [path, fileState(path)]));
    let isSteady = true, isChanged = false;
    for (const [path, state] of states) {
      if (!reported.has(path)) reported.set(path, state);
      else if (state !== undefined && state !== reported.get(path)) isChanged = true;
      if (seen.has(path) && seen.get(path) !== state) isSteady = false;
    }
    seen = states;
    if (!isChanged || !isSteady) return;
    reported = new Map(states);
    changed();
  });
}

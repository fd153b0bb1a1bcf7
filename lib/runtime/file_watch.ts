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
 * Calls back once for each change, when the file has stayed the same from one look to the next: whoever writes it piece
 * by piece is done by then.
 *
 * @param known the state that is no change
 * @returns ends it
 */
export function watchFile(
  path: string,
  known: string | undefined,
  clock: Clock,
  changed: () => void,
): () => void {
  let seen = known;
  return clock.every(LOOK, () => {
    const state = fileState(path);
    const isSteady = state === seen;
    seen = state;
    if (state === undefined || state === known || !isSteady) return;
    known = state;
    changed();
  });
}

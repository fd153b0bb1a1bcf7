/**
 * Uploads of this folder that were broken off when the page was left: they go on once the same file is chosen again.
 *
 * @module
 */
import { shownName } from "./words.js";

/** Those that are remembered for this folder. @returns {{ key: string, path: string, at: string }[]} */
export function unfinishedHere() {
  const here = location.pathname, found = [];
  try {
    for (const key of Object.keys(localStorage)) {
      if (!key.startsWith("upload [")) continue;
      const [target] = JSON.parse(key.slice("upload ".length)),
        { at } = JSON.parse(localStorage.getItem(key));
      if (target.startsWith(here) && typeof at === "string") {
        found.push({ key, at, path: decodeURIComponent(target.slice(here.length)) });
      }
    }
  } catch {
    // Where nothing can be kept, nothing is remembered; what is none of ours is left alone.
  }
  return found;
}

/** Says which there are, with how much of each is stored. @param {(text: string) => void} say */
export async function sayUnfinished(say) {
  const texts = [];
  for (const { key, at, path } of unfinishedHere().slice(0, 20)) {
    const answer = await fetch(at, { method: "HEAD" }).catch(() => undefined);
    const offset = answer?.headers.get("Upload-Offset"), length = answer?.headers.get("Upload-Length");
    if (answer && !offset) localStorage.removeItem(key);
    if (!offset) continue;
    const part = length > 0 ? ` (${Math.floor(100 * offset / length)} % is stored)` : "";
    texts.push(shownName(path) + part);
  }
  if (texts.length > 0) say(`Not finished: ${texts.join(", ")}. Choose the same file again to go on.`);
}

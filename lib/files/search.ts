/**
 * A search for names below a folder. It goes through the folders level by level, those near first, in slices; how many
 * there are, how deep they lie and how long it takes is bounded, and nothing is looked at that nobody waits for: the next
 * result is looked for when it is asked for.
 *
 * @module
 */
import type { FolderEntry, Origin } from "../http/origin.ts";
import type { Turns } from "../http/turns.ts";
import type { ListedEntry, ToldByName } from "../pages/listing.ts";
import { FileError } from "../ports.ts";

/** So many results are given. */
export const MOST_RESULTS = 1000;

/** So long it looks, in milliseconds. */
export const LONGEST_SEARCH = 10_000;

/** So many folders may wait to be gone through: each takes its path's length of memory. */
const MOST_FOLDERS = 20_000;

/** So deep it goes. */
const DEEPEST = 64;

/** What is searched for, and where. */
export interface SearchOrder {
  readonly origin: Origin;
  /** The folder's, in its origin. */
  readonly path: string;
  readonly text: string;
  /**
   * True for what whoever asks could fetch.
   *
   * @param path from the folder on, decoded, with a slash at the end of a folder
   */
  readonly shows: (path: string) => boolean;
  /** True for folders, by the same path, whose names he would be told. */
  readonly enters: (path: string) => boolean;
  /** True for the folder whose name starts with a dot and is shown nevertheless: `.well-known` at the top. */
  readonly isRoot: boolean;
  /** What GET makes of a file, as far as its name tells. */
  readonly told: (name: string) => ToldByName;
}

/** Why a search has ended: it was through, or it has reached a bound. */
export type SearchEnd = "through" | "results" | "time" | "folders";

/**
 * The results, each with its `path`, and in the end why there are no more.
 *
 * @param isLeft true once nobody waits for them any more
 * @throws {FileError} if the folder cannot be read
 */
export async function* search(
  order: SearchOrder,
  turns: Turns,
  isLeft: () => boolean,
): AsyncGenerator<ListedEntry, SearchEnd> {
  const { clock } = turns, last = clock.monotonic() + LONGEST_SEARCH, wanted = foldName(order.text);
  const turn = turns.begin(), waiting = [""];
  let results = 0, end: SearchEnd = "through";
  for (let next = 0; next < waiting.length; next++) {
    const folder = waiting[next]!;
    // What is done is given back once in a while, and not with each step, which would move all the others.
    if (next === 1024) waiting.splice(0, next), next = 0;
    for (const entry of await entriesOf(order, folder, wanted)) {
      if (turn.isOver()) await turn.next();
      if (clock.monotonic() > last || isLeft()) return "time";
      const path = folder + entry.name + (entry.kind === "directory" ? "/" : "");
      if (foldName(entry.name).includes(wanted) && order.shows(path)) {
        yield listed(order, entry, folder + entry.name);
        if (++results === MOST_RESULTS) return "results";
      }
      if (entry.kind !== "directory" || entry.isLink || !order.enters(path)) continue;
      if (waiting.length - next > MOST_FOLDERS || path.split("/").length > DEEPEST) end = "folders";
      else waiting.push(path);
    }
  }
  return end;
}

const ASCII = /^[ -~]*$/;

/** Letters are compared without their case, and by what they are, not by how they are written. */
function foldName(name: string): string {
  // PERF: names of ASCII are in every normal form.
  return (ASCII.test(name) ? name : name.normalize("NFC")).toLowerCase();
}

function listed({ told }: SearchOrder, entry: FolderEntry, path: string): ListedEntry {
  return { ...entry, path, ...entry.kind === "file" && told(entry.name) };
}

async function entriesOf(
  order: SearchOrder,
  folder: string,
  wanted: string,
): Promise<readonly FolderEntry[]> {
  const path = folder === "" ? order.path : `${order.path}/${folder.slice(0, -1)}`;
  // PERF: most are files with other names, and to look at each takes longer than all the rest.
  const accepts = (name: string, isFile: boolean) =>
    isFile
      ? !name.startsWith(".") && foldName(name).includes(wanted)
      : !name.startsWith(".") || folder === "" && order.isRoot && name === ".well-known";
  try {
    const entries = await order.origin.list(path, accepts);
    return entries.toSorted((a, b) => a.name < b.name ? -1 : 1);
  } catch (error) {
    // One below it that may not be read, or is gone, hides none of the others.
    if (folder === "" || !(error instanceof FileError)) throw error;
    return [];
  }
}

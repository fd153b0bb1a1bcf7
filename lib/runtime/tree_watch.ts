/**
 * Tells of changes in files and below folders, each burst as one: what an editor, a build or `git checkout` does is one
 * change. Folders that are gone, or not there yet, or that a link leads to elsewhere by now, are taken up again.
 *
 * @module
 */
import { dirname } from "@std/path";
import type { Clock } from "../ports.ts";
import { mayBeRead } from "./may_be_read.ts";
import { Bursts, type BurstTimes } from "./bursts.ts";
import { type TreeEvent, TreeWatchError, watchTree } from "./tree_events.ts";
import { LOOK_BOUNDS, type LookBounds, TreeLooks } from "./tree_looks.ts";
import { isOfNoInterest } from "./watched_names.ts";
import { resolvedFormOf } from "../http/disk_names.ts";
import { SYSTEM } from "./system.ts";

/** A burst of changes. */
export interface TreeChange {
  /** Below the folders, with slashes; of what is looked at as a file, its name. None stands for anything. */
  readonly paths: readonly string[];
  /** When the last of them was noticed, in milliseconds since the Unix epoch. */
  readonly time: number;
}

/** What is looked at. */
export interface WatchedTrees {
  /** Files and folders, which may be links. */
  readonly paths: readonly string[];
  /** Files, and folders with all that is in them, that are of no interest. */
  readonly ignored: readonly string[];
}

/** Who hears of it. */
export interface TreeWatchEvents {
  changed(change: TreeChange): void;
  /** Something is not seen, or late. One line. */
  warning(text: string): void;
}

/** PERF: a page is loaded again so much later; of what comes piece by piece it is loaded again with each such time. */
const BURST: BurstTimes = { quiet: 25, longest: 1000 };

/** Paths of one burst; where there are more it is anything. */
const MOST_PATHS = 100;

/** How often it is looked whether the folders are still the same, in milliseconds. */
const LOOK = 250;

/** Watches; close() ends all that it has begun. */
export class TreeWatch {
  readonly #events: TreeWatchEvents;
  readonly #clock: Clock;
  readonly #bounds: LookBounds;
  readonly #bursts: Bursts;
  readonly #trees = new Map<string, Tree>();
  #ignored: readonly string[] = [];
  /** Paths of the burst, by what they are called for whoever hears of it. */
  readonly #burst = new Map<string, { readonly name: string; readonly isNew: boolean }>();
  #isAnything = false;
  #time = 0;
  readonly #warned = new Set<string>();
  readonly #stopLooking: () => void;

  constructor(events: TreeWatchEvents, clock: Clock, bounds = LOOK_BOUNDS, times = BURST) {
    this.#events = events;
    this.#clock = clock;
    this.#bounds = bounds;
    this.#bursts = new Bursts(clock, times, () => this.#tell());
    this.#stopLooking = clock.every(LOOK, () => this.#look());
  }

  /** Goes over to other files and folders; those that stay are not begun anew. */
  watch({ paths, ignored }: WatchedTrees): void {
    this.#ignored = ignored.flatMap((path) => [path, resolvedPath(path) ?? path]);
    const wanted = outermost(paths);
    for (const [path, tree] of this.#trees) {
      if (wanted.includes(path)) continue;
      tree.stop();
      this.#trees.delete(path);
    }
    for (const path of wanted) {
      if (!this.#trees.has(path)) this.#trees.set(path, this.#begin(path));
    }
  }

  /** Whatever may have changed. */
  touch(): void {
    this.#isAnything = true;
    this.#time = this.#clock.now();
    this.#bursts.add();
  }

  close(): void {
    this.#stopLooking();
    this.#bursts.stop();
    for (const tree of this.#trees.values()) tree.stop();
    this.#trees.clear();
  }

  #begin(path: string): Tree {
    if (!mayBeRead(path)) {
      this.#warn(`live reload sees no change in ${path}: start with --allow-read=${path}`);
      return { state: undefined, stop: () => {} };
    }
    const state = stateOf(path);
    // It is waited for.
    if (state === undefined) return { state, stop: () => {} };
    const { real, isFolder } = state;
    const start = `${isFolder ? real : dirname(real)}/`.replace("//", "/");
    const nameOf = (each: string) => each.startsWith(start) ? each.slice(start.length) : undefined;
    const listener = {
      lost: () => this.touch(),
      failed: (why: string) => {
        this.#warn(`live reload: changes of ${real} are not seen any more: ${why}`);
        this.touch();
      },
      event: (event: TreeEvent) => {
        const name = nameOf(event.path);
        if (name !== undefined) this.#hear(event, name);
        // It is gone, or is called something else.
        else if (event.path === real) this.#look();
      },
    };
    try {
      return { state, stop: watchTree(real, isFolder, listener) };
    } catch (error) {
      if (!(error instanceof TreeWatchError)) throw error;
      const isOfInterest = (each: string) => this.#isOfInterest(each, nameOf(each) ?? "");
      const looks = isFolder
        ? new TreeLooks(real, isOfInterest, listener, this.#clock, this.#bounds)
        : undefined;
      // A file's folder is not what it takes to read that; four looks in a second are enough for it.
      if (isFolder || mayBeRead(dirname(real))) {
        this.#warn(`live reload sees changes in ${path} late: ${error.message}`);
      }
      void looks?.ready.then((isWhole) => {
        if (isWhole) return;
        this.#warn(
          `live reload looks at ${this.#bounds.files} files of ${path}, and sees no change in others`,
        );
      });
      return { state, isLookedAt: true, stop: () => looks?.stop() };
    }
  }

  #isOfInterest(path: string, name: string): boolean {
    return !isOfNoInterest(name) &&
      !this.#ignored.some((each) => path === each || path.startsWith(`${each}/`));
  }

  #hear({ path, isNew }: TreeEvent, name: string): void {
    if (!this.#isOfInterest(path, name)) return;
    this.#time = this.#clock.now();
    this.#bursts.add();
    // What has been removed and made again was there before.
    if (this.#burst.has(path)) return;
    if (this.#burst.size < 10 * MOST_PATHS) this.#burst.set(path, { name, isNew });
    else this.#isAnything = true;
  }

  #tell(): void {
    const burst = [...this.#burst], isAnything = this.#isAnything;
    this.#burst.clear();
    this.#isAnything = false;
    // What came and went meanwhile was somebody's temporary file.
    const paths = burst.filter(([path, { isNew }]) => !isNew || exists(path)).map(([, { name }]) => name);
    if (isAnything || paths.length > MOST_PATHS) this.#events.changed({ paths: [], time: this.#time });
    else if (paths.length > 0) this.#events.changed({ paths: [...new Set(paths)], time: this.#time });
  }

  #look(): void {
    for (const [path, tree] of this.#trees) {
      const now = stateOf(path), before = tree.state;
      if (now?.identity === before?.identity && (!tree.isLookedAt || now?.content === before?.content)) {
        continue;
      }
      // A file has another identity whenever it is replaced, which its folder tells of.
      const isSame = before !== undefined && now?.real === before.real && !now.isFolder && !tree.isLookedAt;
      if (isSame) continue;
      tree.stop();
      this.#trees.set(path, this.#begin(path));
      if (now !== undefined) this.touch();
    }
  }

  /** Once for each. */
  #warn(text: string): void {
    if (this.#warned.has(text)) return;
    this.#warned.add(text);
    this.#events.warning(text);
  }
}

/** A file or folder that is looked at. */
interface Tree {
  readonly state: PathState | undefined;
  /** The system does not tell of it. */
  readonly isLookedAt?: boolean;
  stop(): void;
}

interface PathState {
  /** With every link resolved. */
  readonly real: string;
  readonly isFolder: boolean;
  /** Differs where it is another file or folder. */
  readonly identity: string;
  /** Differs where a file has another content. */
  readonly content: string;
}

/** Undefined where there is nothing, or it cannot be seen. */
function stateOf(path: string): PathState | undefined {
  const real = resolvedPath(path);
  if (real === undefined) return undefined;
  try {
    const { dev, ino, birthtime, isDirectory, size, mtime } = Deno.statSync(real);
    return {
      real,
      isFolder: isDirectory,
      identity: `${real} ${dev} ${ino} ${birthtime?.getTime()}`,
      content: isDirectory ? "" : `${size} ${mtime?.getTime()}`,
    };
  } catch {
    return undefined;
  }
}

function resolvedPath(path: string): string | undefined {
  if (!mayBeRead(path)) return undefined;
  try {
    return resolvedForm(Deno.realPathSync(path));
  } catch {
    return undefined;
  }
}

const resolvedForm = resolvedFormOf(SYSTEM);

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Each once, without those that are seen with another of them. */
function outermost(paths: readonly string[]): string[] {
  const all = [
    ...new Set(paths.map((path) => path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path)),
  ];
  const isSeenBelow = (path: string, folder: string) => {
    const start = folder === "/" ? folder : `${folder}/`;
    return folder !== path && path.startsWith(start) && !isOfNoInterest(path.slice(start.length));
  };
  return all.filter((path) => !all.some((folder) => isSeenBelow(path, folder)));
}

/**
 * Changes below a folder, found by looking at all of it now and then: for where the system does not tell. It gives other
 * work its turns, and looks at so many files and no more.
 *
 * @module
 */
import type { Clock } from "../ports.ts";
import type { TreeListener } from "./tree_events.ts";

/** What may be looked at. */
export interface LookBounds {
  readonly files: number;
  /** Between two looks at the least, in milliseconds; after a look that took long it is ten times of that. */
  readonly pause: number;
}

export const LOOK_BOUNDS: LookBounds = { files: 20_000, pause: 500 };

/** Files that are looked at in one turn. */
const SLICE = 200;

/** A tree with its last look. Owns its timer. */
export class TreeLooks {
  /** Resolves once the first look is over: what changes from then on is told of. True if it saw all there is. */
  readonly ready: Promise<boolean>;
  readonly #path: string;
  readonly #isOfInterest: (path: string) => boolean;
  readonly #listener: TreeListener;
  readonly #clock: Clock;
  readonly #bounds: LookBounds;
  #seen = new Map<string, string>();
  #isOver = false;
  #cancel = () => {};

  /** @param isOfInterest what is not is not looked into either */
  constructor(
    path: string,
    isOfInterest: (path: string) => boolean,
    listener: TreeListener,
    clock: Clock,
    bounds: LookBounds = LOOK_BOUNDS,
  ) {
    this.#path = path;
    this.#isOfInterest = isOfInterest;
    this.#listener = listener;
    this.#clock = clock;
    this.#bounds = bounds;
    this.ready = this.#look(false);
  }

  stop(): void {
    this.#isOver = true;
    this.#cancel();
  }

  async #look(tells: boolean): Promise<boolean> {
    const begun = this.#clock.monotonic(), now = new Map<string, string>();
    const isWhole = await this.#fill(now);
    if (this.#isOver) return isWhole;
    if (tells) this.#compare(now);
    this.#seen = now;
    const pause = Math.max(this.#bounds.pause, 10 * (this.#clock.monotonic() - begun));
    this.#cancel = this.#clock.after(pause, () => void this.#look(true));
    return isWhole;
  }

  /** @returns false if there is more than is looked at */
  async #fill(seen: Map<string, string>): Promise<boolean> {
    const folders = [this.#path];
    let inSlice = 0;
    for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
      for (const { name, isDirectory } of entriesOf(folder)) {
        const path = `${folder}/${name}`;
        if (!this.#isOfInterest(path)) continue;
        if (seen.size >= this.#bounds.files) return false;
        seen.set(path, stateOf(path));
        if (isDirectory) folders.push(path);
        if (++inSlice < SLICE) continue;
        inSlice = 0;
        await new Promise<void>((resolve) => this.#clock.after(0, resolve));
        if (this.#isOver) return true;
      }
    }
    return true;
  }

  #compare(now: ReadonlyMap<string, string>): void {
    for (const [path, state] of now) {
      const before = this.#seen.get(path);
      if (before !== state) this.#listener.event({ path, isNew: before === undefined, isRemoved: false });
    }
    for (const path of this.#seen.keys()) {
      if (!now.has(path)) this.#listener.event({ path, isNew: false, isRemoved: true });
    }
  }
}

/** None where it cannot be read, or is gone by now. */
function entriesOf(folder: string): Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(folder)];
  } catch {
    return [];
  }
}

/** A folder is as it is: what is in it is looked at by itself. */
function stateOf(path: string): string {
  try {
    const { isDirectory, size, mtime, ino } = Deno.lstatSync(path);
    return isDirectory ? "folder" : `${ino} ${size} ${mtime?.getTime()}`;
  } catch {
    return "gone";
  }
}

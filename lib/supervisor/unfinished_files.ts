/**
 * The files that a worker is writing, which the main thread removes when the worker comes to a sudden end.
 *
 * @module
 */
import { basename, dirname } from "@std/path";
import { isContained } from "../http/containment.ts";
import { isUnfinishedName, removeUnfinished } from "../runtime/unfinished.ts";
import { fileSystem } from "../runtime/files.ts";

/** Characters of all paths together, at most. What is more is left to the sweep of the next start. */
const MOST_CHARACTERS = 8 * 1024 * 1024;

/** Owns what is unfinished of one worker, until removeAll(). SECURITY: of what a worker names, only what it could have removed itself is ever removed for it. */
export class UnfinishedFiles {
  readonly #paths = new Set<string>();
  readonly #stores: readonly string[];
  #characters = 0;

  /** @param stores the folders in which it stores */
  constructor(stores: readonly string[]) {
    this.#stores = stores.map(resolved).filter((path) => path !== undefined);
    addEventListener("unload", this.#atEnd);
  }

  /** It has begun to write a file. */
  begun(path: string): void {
    if (this.#paths.has(path) || this.#characters + path.length > MOST_CHARACTERS) return;
    if (!isUnfinishedName(basename(path))) return;
    this.#paths.add(path);
    this.#characters += path.length;
  }

  /** The file has its name, or is gone. */
  over(path: string): void {
    if (this.#paths.delete(path)) this.#characters -= path.length;
  }

  /** The worker is gone. */
  removeAll(): void {
    removeEventListener("unload", this.#atEnd);
    for (const path of this.#paths) this.#remove(path);
    this.#paths.clear();
  }

  readonly #atEnd = (): void => this.removeAll();

  /** A folder on the way may have become a link since: where the file lies now is what counts. */
  #remove(path: string): void {
    const folder = resolved(dirname(path));
    if (folder === undefined || !this.#stores.some((store) => isContained(folder, store))) return;
    removeUnfinished(`${folder}/${basename(path)}`);
  }
}

/** Undefined where nothing is, or nobody may look. */
function resolved(path: string): string | undefined {
  try {
    return fileSystem.realPath(path);
  } catch {
    return undefined;
  }
}

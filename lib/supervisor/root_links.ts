/**
 * Roots, aliases, programs, stores and folders that links may lead to, where these are reached through links. A worker
 * may read what a link leads to when the worker starts; once the link leads elsewhere (`ln -sfn release-2 current`),
 * there have to be others.
 *
 * @module
 */
import { allLocations, linkFolders } from "../config/places.ts";
import type { Config } from "../config/types.ts";

/** What the links of a configuration led to at the last look. */
export class RootLinks {
  readonly #resolved = new Map<string, string | undefined>();

  /** @param realPath the path with every link resolved; undefined if there is nothing */
  constructor(config: Config, readonly realPath: (path: string) => string | undefined) {
    // Whoever is not confined needs no others.
    for (const path of config.sandbox ? servedPaths(config) : []) {
      const resolved = realPath(path);
      // Where there is nothing yet, a link may come.
      if (resolved !== path) this.#resolved.set(path, resolved);
    }
  }

  /** There are none to look at. */
  get isEmpty(): boolean {
    return this.#resolved.size === 0;
  }

  /** Looks again. @returns the links that lead elsewhere than at the last look; those that lead nowhere are waited for */
  changes(): string[] {
    const changed: string[] = [];
    for (const [path, before] of this.#resolved) {
      const now = this.realPath(path);
      if (now === undefined || now === before) continue;
      this.#resolved.set(path, now);
      // By its own name every worker may read it.
      if (now !== path) changed.push(path);
    }
    return changed;
  }
}

function servedPaths(config: Config): Set<string> {
  const paths = allLocations(config).flatMap((location) => {
    const { files: { root, alias }, programs: { cgiScript, sendfileFrom }, store: { uploadStore } } =
      location;
    return [root, alias, ...linkFolders(location), cgiScript, sendfileFrom, uploadStore];
  });
  return new Set(paths.filter((path) => path !== undefined));
}

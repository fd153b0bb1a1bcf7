/**
 * Which files and folders pages are made of that load themselves anew. Pure.
 *
 * @module
 */
import { allLocations, logFiles, originRoot, uploadStores } from "../config/places.ts";
import type { Config } from "../config/types.ts";
import { isContained } from "../http/containment.ts";
import type { WatchedTrees } from "../runtime/tree_watch.ts";

/**
 * Roots, aliases, programs, and what `live_reload_watch` names. What the server itself writes is no reason to load a page
 * again: logs, and stores, unless a store is what is served.
 *
 * @param more files and folders besides
 */
export function liveTrees(config: Config, more: readonly string[] = []): WatchedTrees {
  const locations = allLocations(config).filter(({ live }) => live.liveReload);
  const paths = locations.flatMap((location) => {
    const { files, programs: { cgiScript } } = location;
    const root = files.root ?? files.alias;
    return [
      root === undefined ? undefined : originRoot(location),
      cgiScript,
      ...location.live.liveReloadWatch,
    ];
  }).filter((path) => path !== undefined);
  const all = paths.length === 0 ? [] : [...paths, ...more];
  return {
    paths: [...new Set(all)],
    ignored: [
      ...logFiles(config),
      ...uploadStores(config).filter((store) => !all.some((path) => isContained(path, store))),
    ],
  };
}

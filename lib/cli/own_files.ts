/**
 * webserv's own files in an upload store: whoever uploads could replace what runs at the next start.
 *
 * @module
 */
import { uploadStores } from "../config/places.ts";
import type { Config } from "../config/types.ts";
import { isContained } from "../http/containment.ts";
import { WORKER_MODULES } from "../supervisor/system_info.ts";
import { realPath } from "./real_path.ts";

/** Warnings, one for each store that holds some. */
export function ownFilesInStores(config: Config): string[] {
  const stores = uploadStores(config);
  if (stores.length === 0) return [];
  const program = executable();
  const own = [...WORKER_MODULES, ...program === undefined ? [] : [program]].map(realPath);
  return stores.flatMap((store) => {
    const place = realPath(store);
    const held = own.find((path) => isContained(path, place));
    if (held === undefined) return [];
    return `the upload store ${store} holds webserv itself (${held}): whoever uploads may replace what runs next; ` +
      "give uploads a folder of their own";
  });
}

/** The runtime, or the one file that has everything in it. Where we may not read all, its path is not told to us. */
export function executable(): string | undefined {
  return Deno.permissions.querySync({ name: "read" }).state === "granted" ? Deno.execPath() : undefined;
}

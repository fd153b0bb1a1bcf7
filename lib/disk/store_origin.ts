/**
 * A folder of this machine that files are stored in. A request's path has no dot segments any more, but any part of it
 * may be a link, and none may lead out of the store, for reading, writing or deleting.
 *
 * @module
 */
import { mayBeWithin } from "../http/disk_names.ts";
import type { WritableOrigin } from "../http/origin.ts";
import { joinPath, locate, meansAnother } from "./place.ts";
import { StoreFolder, type StorePorts } from "./store_folder.ts";

export type { StorePorts } from "./store_folder.ts";

/** A store. */
export class StoreOrigin implements WritableOrigin {
  /**
   * @param root absolute, without a slash at the end but for the system's root
   * @param programs folders whose files are run; those within the store count as outside of it
   */
  constructor(readonly ports: StorePorts, readonly root: string, readonly programs: readonly string[] = []) {}

  folder(path: string): StoreFolder | "missing" | "outside" {
    const { files } = this.ports;
    const asked = joinPath(this.root, path);
    if (meansAnother(files, asked, this.root)) return "missing";
    const place = locate(this.ports, asked, this.root);
    if (!place) return files.realPath(asked) === undefined ? "missing" : "outside";
    const { realPath, realRoot } = place;
    // SECURITY: their own location would run what is stored there, by whatever link or spelling the path leads to them.
    for (const folder of this.programs) {
      const realFolder = files.realPath(folder);
      if (realFolder === undefined || !mayBeWithin(files.names, realFolder, realRoot)) continue;
      if (mayBeWithin(files.names, realPath, realFolder)) return "outside";
    }
    return place.stat.kind === "directory" ? new StoreFolder(this.ports, place, this) : "missing";
  }
}

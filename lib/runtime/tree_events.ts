/**
 * What the system says of changes below a folder, or of a file (inotify and the like, over the runtime's watcher). It does
 * not follow links, and sees folders that are new.
 *
 * @module
 */
import { dirname } from "@std/path";
import { saysWhatIsLost } from "./version.ts";
import { resolvedFormOf } from "../http/disk_names.ts";
import { SYSTEM } from "./system.ts";

/** What happened to a path. */
export interface TreeEvent {
  /** Absolute. */
  readonly path: string;
  /** It was not there before, so far as is known. */
  readonly isNew: boolean;
  readonly isRemoved: boolean;
}

/** Who hears of it. */
export interface TreeListener {
  event(event: TreeEvent): void;
  /** Some were lost: whatever may have changed. */
  lost(): void;
  /** Nothing more is heard. */
  failed(why: string): void;
}

/** Why the system does not tell. */
export class TreeWatchError extends Error {
  override readonly name = "TreeWatchError";
}

/** What the system bounds, and how that is raised. */
const LIMITS = {
  watches:
    "the system's limit of watched folders is reached (as root: sysctl fs.inotify.max_user_watches=524288)",
  instances: "the system's limit of watchers is reached (as root: sysctl fs.inotify.max_user_instances=512)",
};

/**
 * Tells of everything below a folder, or of one file.
 *
 * @param path with every link resolved
 * @returns ends it
 * @throws {TreeWatchError}
 */
export function watchTree(path: string, isFolder: boolean, listener: TreeListener): () => void {
  // An editor puts another file in its place, which is seen by its folder only.
  const watcher = open(isFolder ? path : dirname(path), isFolder);
  void (async () => {
    const full = saysWhatIsLost() ? undefined : new FullQueue();
    for await (const event of watcher) {
      if ((event as { flag?: string | null }).flag === "rescan" || full?.add()) listener.lost();
      if (event.kind === "access" || event.kind === "other") continue;
      for (const written of event.paths) {
        const each = resolvedForm(written);
        if (!isFolder && each !== path) continue;
        listener.event({ path: each, isNew: event.kind === "create", isRemoved: event.kind === "remove" });
      }
    }
  })().catch((error) => listener.failed(error instanceof Error ? error.message : String(error)));
  return () => {
    try {
      watcher.close();
    } catch {
      // It has ended by itself.
    }
  };
}

const resolvedForm = resolvedFormOf(SYSTEM);

/** Deno before 2.9 says nothing of events that it has no room for: it holds 16, for as long as this thread has no time. */
class FullQueue {
  #count = 0;
  #begun = 0;

  /** One more. @returns true if others may have been lost */
  add(): boolean {
    const now = performance.now();
    if (now - this.#begun > 20) [this.#begun, this.#count] = [now, 0];
    return ++this.#count >= 16;
  }
}

function open(path: string, recursive: boolean): Deno.FsWatcher {
  try {
    return Deno.watchFs(path, { recursive });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const limit = /watch limit|no space left/i.test(why)
      ? LIMITS.watches
      : /too many open files/i.test(why)
      ? LIMITS.instances
      : why;
    throw new TreeWatchError(limit, { cause: error });
  }
}

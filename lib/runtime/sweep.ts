/**
 * What a run that came to a sudden end has left in stores, removed at the next start.
 *
 * @module
 */
import { join } from "@std/path";
import { uploadOfFile } from "../http/partial_name.ts";
import type { ErrorLog } from "../ports.ts";
import { fileError } from "./files.ts";
import { tryOr } from "./naming.ts";
import { SYSTEM } from "./system.ts";
import { PREFIX } from "./unfinished.ts";

/** A file of a living program is taken for abandoned after this, in milliseconds. */
const ABANDONED = 60 * 60 * 1000;

/**
 * Removes what a crashed run has left below a store. Never rejects.
 *
 * @param foundPartial is told of files that may still be gone on with
 */
export async function sweep(
  folder: string,
  log: ErrorLog,
  foundPartial?: (folder: string, name: string) => void,
): Promise<void> {
  const complain = (error: unknown) => {
    const { problem } = fileError(error, folder);
    if (problem === "not found") return;
    log.warning(`${folder} could not be swept of unfinished uploads: ${problem}`);
  };
  try {
    for await (const { name, isDirectory, isFile } of Deno.readDir(folder)) {
      const path = join(folder, name);
      if (isDirectory && !name.startsWith(PREFIX)) await sweep(path, log, foundPartial);
      else if ((isFile || isDirectory) && name.startsWith(PREFIX)) {
        try {
          if (!isAbandoned(path, name)) continue;
          await Deno.remove(path, { recursive: true });
          const what = isFile ? "an unfinished upload" : "what was being removed";
          log.notice(`removed ${what} of an earlier run from ${folder}`);
        } catch (error) {
          complain(error);
        }
      } else if (isFile && uploadOfFile(name) !== undefined) foundPartial?.(folder, name);
    }
  } catch (error) {
    complain(error);
  }
}

/** Whoever writes it is gone. What has been written to since this program began is somebody's, perhaps our own. */
function isAbandoned(path: string, name: string): boolean {
  const { mtime, ctime, isDirectory } = Deno.statSync(path);
  // A folder that was taken from its name has changed then, but was not modified.
  const since = Math.max(mtime?.getTime() ?? 0, isDirectory ? ctime?.getTime() ?? 0 : 0);
  const age = Date.now() - since;
  if (age < performance.now()) return false;
  const held = isHeld(path);
  if (held !== undefined) return !held;
  const pid = Number(name.slice(PREFIX.length).split("-", 1)[0]);
  // Our own number is an earlier program's: in a container all have the same.
  return pid === Deno.pid || !isRunning(pid) || age > ABANDONED;
}

/** Whether a living program holds it open; undefined where that cannot be known. */
function isHeld(path: string): boolean | undefined {
  return tryOr(undefined, () => {
    using file: Deno.FsFile & { tryLockSync?(exclusive: boolean): boolean } = Deno.openSync(path, {
      read: true,
      // SECURITY: a pipe that has taken its place would hold this thread until somebody writes to it.
      write: true,
    });
    // Since Deno 2.9.
    const released = file.tryLockSync?.(true);
    return released === undefined ? undefined : !released;
  });
}

/** True where it cannot be known. */
function isRunning(pid: number): boolean {
  if (SYSTEM !== "linux") return true;
  try {
    return Deno.statSync(`/proc/${pid}`).isDirectory;
  } catch (error) {
    return !(error instanceof Deno.errors.NotFound);
  }
}

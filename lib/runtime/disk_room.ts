/**
 * How much room there is on a disk.
 *
 * @module
 */
import { statfsSync } from "node:fs";

/** Bytes of the file system that a path lies on; undefined where it, or the sandbox, does not tell. Never throws. */
export function diskRoom(path: string): { available: number; used: number } | undefined {
  try {
    const { bsize, blocks, bfree, bavail } = statfsSync(path);
    return { available: bavail * bsize, used: (blocks - bfree) * bsize };
  } catch {
    // It is a property that clients can do without, and there is nothing that anybody could mend.
    return undefined;
  }
}
